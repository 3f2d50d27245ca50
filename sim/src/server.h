// The socket: one client after another, and the clock between their messages.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "connection.h"
#include "device.h"
#include "session.h"

namespace sim {

// Listener owns the socket and its name in the file system.
class Listener {
 public:
  // Errors: std::runtime_error, if somebody serves the path, or it is no socket, or too long.
  explicit Listener(const std::string& path);
  ~Listener();
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;

  int fd() const { return socket_.get(); }

 private:
  std::string path_;
  Fd socket_;
};

class Server {
 public:
  Server(Device* device, Listener* listener, Stats* stats) : device_(device), listener_(listener), stats_(stats) {}

  // Serves until a signal can be read from the descriptor. The clock runs while the chip has something to do; otherwise the
  // process sleeps.
  void run(int signals);

 private:
  struct Client {
    Connection connection;
    Session session;
  };

  bool wait(int signals);  // false: a signal
  void serve();
  bool answer(Message* message);
  void end(const std::string& why);
  void accept();
  void turn_away();

  Device* device_;
  Listener* listener_;
  Stats* stats_;
  std::unique_ptr<Client> client_;
  std::vector<Connection> waiting_;  // those to tell that the function is in use
};

// Prints a line for people.
void say(const std::string& line);

}  // namespace sim
