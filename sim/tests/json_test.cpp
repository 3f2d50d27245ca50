#include "json.h"

#include "check.h"

namespace test {
namespace {

bool valid(std::string_view text) {
  sim::Capabilities c;
  return sim::parse_capabilities(text, &c);
}

void grammar() {
  for (const char* good : {"{}", " {\t} \n", R"({"capabilities":{}})", R"({"x":[1,-2.5e+3,"a\u00e9\"",true,false,null,{},[],[[0]]]})",
                           R"({"capabilities":{"twin_socket":{"supported":true,"fd_index":0}}})", R"({"a":1,"a":2})", R"({"a":0.0E-0})"}) {
    if (!valid(good)) fail(__FILE__, __LINE__, std::string("refused: ") + good);
  }
  for (const char* bad : {"", " ", "{", "}", "[]", "1", "null", "{}x", "{,}", R"({"a"})", R"({"a":})", R"({"a":1,})", R"({a:1})", R"({"a":01})",
                          R"({"a":+1})", R"({"a":1.})", R"({"a":.5})", R"({"a":1e})", R"({"a":"\x"})", R"({"a":"\u12g4"})", "{\"a\":\"\n\"}",
                          R"({"a":"unended)", R"({"a":[1,]})", R"({"a":tru})", R"({"a":-})", "{\"a\":\"\\", R"({"a":"\u12)"}) {
    if (valid(bad)) fail(__FILE__, __LINE__, std::string("taken: ") + bad);
  }
  CHECK(!valid(std::string_view("{\0}", 3)));
  CHECK(!valid("{\"a\":" + std::string(1000000, '[')));  // no depth of recursion that the client chooses
  CHECK(!valid("{\"a\":" + std::string(20, '[') + std::string(20, ']') + "}"));
}

void capabilities() {
  sim::Capabilities c;
  CHECK(sim::parse_capabilities(R"({"capabilities":{"max_msg_fds":8,"pgsizes":4096,"write_multiple":true,"new":[{}]},"max_dma_maps":1})", &c));
  CHECK(c.max_msg_fds && c.pgsizes && c.write_multiple && !c.max_data_xfer_size && !c.max_dma_maps);
  CHECK(sim::parse_capabilities(R"({"capabilities":{"write_multiple":false,"max_data_xfer_size":4,"max_dma_maps":9}})", &c));
  CHECK(!c.write_multiple && c.max_data_xfer_size && c.max_dma_maps && !c.max_msg_fds);
  CHECK(!valid(R"({"capabilities":1})"));
  CHECK(!valid(R"({"capabilities":{"write_multiple":1}})"));
  CHECK(!valid(R"({"capabilities":{"max_msg_fds":"8"}})"));
  CHECK(!valid(R"({"capabilities":{"pgsizes":null}})"));
}

}  // namespace

std::vector<Case> json_cases() { return {{"json grammar", grammar}, {"json capabilities", capabilities}}; }

}  // namespace test
