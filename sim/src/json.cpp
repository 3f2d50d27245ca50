#include "json.h"

#include <cctype>
#include <cstring>
#include <functional>
#include <string>

namespace sim {
namespace {

enum class Kind { kNull, kBool, kNumber, kString, kArray, kObject };

// Value is what a reader of the text learns of one value.
struct Value {
  Kind kind = Kind::kNull;
  bool truth = false;
};

// Reads JSON (RFC 8259) and tells of the members of objects down to the second level.
class Reader {
 public:
  using Member = std::function<bool(int depth, const std::string& path, const Value&)>;
  Reader(std::string_view text, Member member) : text_(text), member_(std::move(member)) {}

  bool document() {
    Value v;
    space();
    if (!value(0, "", &v) || v.kind != Kind::kObject) return false;
    space();
    return at_ == text_.size();
  }

 private:
  static constexpr int kDepth = 16;

  bool more() const { return at_ < text_.size(); }
  bool take(char c) {
    if (!more() || text_[at_] != c) return false;
    at_++;
    return true;
  }
  bool word(std::string_view w) {
    if (text_.substr(at_, w.size()) != w) return false;
    at_ += w.size();
    return true;
  }
  void space() {
    while (more() && std::strchr(" \t\r\n", text_[at_]) != nullptr && text_[at_] != 0) at_++;
  }

  bool value(int depth, const std::string& path, Value* v) {
    if (!more() || depth > kDepth) return false;
    switch (text_[at_]) {
      case '{':
        v->kind = Kind::kObject;
        return object(depth, path);
      case '[':
        v->kind = Kind::kArray;
        return array(depth);
      case '"': {
        v->kind = Kind::kString;
        std::string ignored;
        return string(&ignored);
      }
      case 't':
        *v = {Kind::kBool, true};
        return word("true");
      case 'f':
        *v = {Kind::kBool, false};
        return word("false");
      case 'n':
        v->kind = Kind::kNull;
        return word("null");
      default:
        v->kind = Kind::kNumber;
        return number();
    }
  }

  bool object(int depth, const std::string& path) {
    take('{');
    space();
    if (take('}')) return true;
    for (;;) {
      std::string name;
      Value v;
      space();
      if (!string(&name)) return false;
      space();
      if (!take(':')) return false;
      space();
      const std::string below = path + "/" + name;
      if (!value(depth + 1, below, &v) || !member_(depth, below, v)) return false;
      space();
      if (take('}')) return true;
      if (!take(',')) return false;
    }
  }

  bool array(int depth) {
    take('[');
    space();
    if (take(']')) return true;
    for (;;) {
      Value v;
      space();
      if (!value(depth + 1, "[]", &v)) return false;
      space();
      if (take(']')) return true;
      if (!take(',')) return false;
    }
  }

  // Escapes are checked, but not resolved: no name that we know has any.
  bool string(std::string* s) {
    if (!take('"')) return false;
    while (more()) {
      const char c = text_[at_++];
      if (c == '"') return true;
      if (static_cast<unsigned char>(c) < 0x20) return false;
      s->push_back(c);
      if (c != '\\') continue;
      if (!more()) return false;
      const char e = text_[at_++];
      s->push_back(e);
      if (e == 'u') {
        for (int i = 0; i < 4; i++, at_++) {
          if (!more() || std::isxdigit(static_cast<unsigned char>(text_[at_])) == 0) return false;
        }
      } else if (e == 0 || std::strchr("\"\\/bfnrt", e) == nullptr) {
        return false;
      }
    }
    return false;
  }

  bool digits() {
    const size_t from = at_;
    while (more() && text_[at_] >= '0' && text_[at_] <= '9') at_++;
    return at_ > from;
  }

  bool number() {
    take('-');
    if (!take('0') && !digits()) return false;
    if (take('.') && !digits()) return false;
    if (take('e') || take('E')) {
      if (!take('+')) take('-');
      return digits();
    }
    return true;
  }

  std::string_view text_;
  size_t at_ = 0;
  Member member_;
};

}  // namespace

bool parse_capabilities(std::string_view json, Capabilities* out) {
  *out = {};
  Reader reader(json, [out](int depth, const std::string& path, const Value& v) {
    if (depth == 0 && path == "/capabilities") return v.kind == Kind::kObject;
    if (depth != 1) return true;
    const bool number = v.kind == Kind::kNumber;
    if (path == "/capabilities/max_msg_fds") return out->max_msg_fds = number;
    if (path == "/capabilities/max_data_xfer_size") return out->max_data_xfer_size = number;
    if (path == "/capabilities/max_dma_maps") return out->max_dma_maps = number;
    if (path == "/capabilities/pgsizes") return out->pgsizes = number;
    if (path == "/capabilities/write_multiple") {
      out->write_multiple = v.truth;
      return v.kind == Kind::kBool;
    }
    return true;
  });
  return reader.document();
}

}  // namespace sim
