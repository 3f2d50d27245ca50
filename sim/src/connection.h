// A client's end of the socket: messages with descriptors, in both directions, without ever blocking.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "fd.h"
#include "wire.h"

namespace sim {

struct Message {
  wire::Header header{};
  std::vector<uint8_t> payload;
  std::vector<Fd> fds;  // closed with the message unless somebody takes them
};

class Connection {
 public:
  explicit Connection(Fd socket) : socket_(std::move(socket)) {}

  int fd() const { return socket_.get(); }

  // What poll shall wait for. A client that does not take its replies is not listened to.
  short events() const;

  enum class Got { kMessage, kNothing, kEnd };
  // Reads what there is, at most one message. kEnd: the client ended, or broke the frame of messages: why says what, and is
  // empty for an end between messages.
  Got receive(Message* message, std::string* why);

  // Sends a message, now or when the client takes it. False: there is no client any more.
  bool send(const wire::Header& header, const std::vector<uint8_t>& payload);
  // Goes on sending. False: there is no client any more.
  bool flush();

  bool hung_up() const;

 private:
  Got end(std::string* why, std::string text);

  Fd socket_;
  Message partial_;   // being received
  size_t have_ = 0;   // bytes of it, header included
  std::vector<uint8_t> out_;
  size_t sent_ = 0;   // of out_
};

}  // namespace sim
