// Bench of a timing diagram of hdl/doc/timing: drives the module with the inputs that are drawn, cycle by cycle, and compares its
// outputs with those drawn. timing.inc is written by hdl/doc/wavedrom.
//
// usage: timing_tb NAME
#include <map>
#include <vector>

#include "Vblock.h"
#include "bench.h"

namespace {

using Words = std::vector<uint32_t>;

// A value as 32-bit words, the lowest first.
Words parse(const std::string& hex) {
  Words words;
  for (size_t end = hex.size(); end > 0;) {
    const size_t begin = end > 8 ? end - 8 : 0;
    words.push_back(uint32_t(std::stoul(hex.substr(begin, end - begin), nullptr, 16)));
    end = begin;
  }
  return words;
}

bool number(const std::string& s) { return s.find_first_not_of("0123456789abcdef") == std::string::npos; }

Words words(uint64_t v) { return {uint32_t(v), uint32_t(v >> 32)}; }
template <size_t N>
Words words(const VlWide<N>& v) {
  Words out(N);
  for (size_t i = 0; i < N; i++) out[i] = v[i];
  return out;
}

bool equal(Words a, Words b) {
  a.resize(64), b.resize(64);
  return a == b;
}

template <class T>
void assign(T& to, const Words& from) {
  to = T(from[0] | (from.size() > 1 ? uint64_t(from[1]) << 32 : 0));
}
template <size_t N>
void assign(VlWide<N>& to, const Words& from) {
  for (size_t i = 0; i < N; i++) to[i] = i < from.size() ? from[i] : 0;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fprintf(stderr, "usage: %s NAME\n", argv[0]);
    return 2;
  }
  return bench::run(argv[1], [&] {
    bench::Clock<Vblock> clock(100000);
    Vblock& m = *clock.operator->();
    std::map<std::string, Words> labels;
    int column = 0, compared = 0, wrong = 0;

    const auto value = [&](const std::string& s) {
      if (number(s)) return parse(s);
      if (!labels.count(s)) bench::fail("no value for the label " + s);
      return labels[s];
    };
    const auto at = [&](int c) { column = c; };
    const auto set = [&](auto& port, const char* s) { assign(port, value(s)); };
    const auto eval = [&] { clock.eval(); };
    const auto step = [&] { clock.step(); };
    const auto want = [&](const std::string& name, const auto& port, const std::string& s) {
      const Words got = words(port);
      if (!number(s)) labels.emplace(s, got);
      compared++;
      if (equal(got, value(s))) return;
      wrong++;
      std::fprintf(stderr, "cycle %d of the diagram: %s is %x, not %s\n", column, name.c_str(), unsigned(got[0]), s.c_str());
    };
    clock.reset();
#include "timing.inc"
    if (wrong) bench::fail(std::to_string(wrong) + " values differ from the diagram");
    std::printf("%-18s diagram right: %d values\n", argv[1], compared);
  });
}
