// Tests of sim/src: a test is a function that throws when something is wrong.
#pragma once

#include <functional>
#include <stdexcept>
#include <string>
#include <vector>

namespace test {

struct Case {
  const char* name;
  std::function<void()> run;
};

std::vector<Case> json_cases();
std::vector<Case> memory_cases();
std::vector<Case> config_cases();
std::vector<Case> interrupt_cases();
std::vector<Case> bus_cases();
std::vector<Case> device_cases();

[[noreturn]] inline void fail(const char* file, int line, const std::string& what) {
  throw std::runtime_error(std::string(file) + ":" + std::to_string(line) + ": " + what);
}

// Says whether f throws an E whose text has the words.
template <class E>
bool throws(const std::function<void()>& f, const std::string& words) {
  try {
    f();
  } catch (const E& e) {
    return std::string(e.what()).find(words) != std::string::npos;
  }
  return false;
}

}  // namespace test

#define CHECK(x)                                      \
  do {                                                \
    if (!(x)) test::fail(__FILE__, __LINE__, #x);     \
  } while (false)
