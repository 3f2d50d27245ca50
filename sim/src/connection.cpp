#include "connection.h"

#include <poll.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace sim {

short Connection::events() const { return out_.empty() ? POLLIN : POLLOUT; }

bool Connection::hung_up() const {
  pollfd p{socket_.get(), 0, 0};
  return ::poll(&p, 1, 0) > 0 && (p.revents & (POLLHUP | POLLERR)) != 0;
}

Connection::Got Connection::end(std::string* why, std::string text) {
  *why = std::move(text);
  return Got::kEnd;
}

Connection::Got Connection::receive(Message* message, std::string* why) {
  constexpr size_t kHeader = sizeof(wire::Header);
  for (;;) {
    // Never beyond the message, so that descriptors of the next one are not taken for this one's.
    uint8_t* to;
    size_t want;
    if (have_ < kHeader) {
      to = reinterpret_cast<uint8_t*>(&partial_.header) + have_;
      want = kHeader - have_;
    } else {
      // The buffer follows what came, not what the header claims.
      const size_t left = partial_.header.size - have_;
      want = std::min<size_t>(left, 1 << 16);
      partial_.payload.resize(have_ - kHeader + want);
      to = partial_.payload.data() + (have_ - kHeader);
    }
    if (want > 0) {
      iovec io{to, want};
      alignas(cmsghdr) char control[CMSG_SPACE(sizeof(int) * wire::kMaxFds)];
      msghdr m{};
      m.msg_iov = &io;
      m.msg_iovlen = 1;
      m.msg_control = control;
      m.msg_controllen = sizeof(control);
      const ssize_t n = ::recvmsg(socket_.get(), &m, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
      if (n < 0) {
        if (errno == EINTR) continue;
        if (errno == EAGAIN || errno == EWOULDBLOCK) return Got::kNothing;
        return end(why, std::strerror(errno));
      }
      for (cmsghdr* c = CMSG_FIRSTHDR(&m); c != nullptr; c = CMSG_NXTHDR(&m, c)) {
        if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_RIGHTS) continue;
        const size_t count = (c->cmsg_len - CMSG_LEN(0)) / sizeof(int);
        for (size_t i = 0; i < count; i++) {
          int fd;
          std::memcpy(&fd, CMSG_DATA(c) + i * sizeof(int), sizeof(fd));
          partial_.fds.emplace_back(fd);
        }
      }
      if ((m.msg_flags & MSG_CTRUNC) != 0 || partial_.fds.size() > wire::kMaxFds) {
        return end(why, "more than " + std::to_string(wire::kMaxFds) + " descriptors in a message");
      }
      if (n == 0) return end(why, have_ == 0 ? "" : "the client ended within a message");
      have_ += static_cast<size_t>(n);
      if (have_ < kHeader) continue;
      if (have_ == kHeader && (partial_.header.size < kHeader || partial_.header.size > kHeader + wire::kMaxPayload)) {
        return end(why, "a message of " + std::to_string(partial_.header.size) + " bytes");
      }
    }
    if (have_ == partial_.header.size) {
      partial_.payload.resize(have_ - kHeader);
      *message = std::move(partial_);
      partial_ = {};
      have_ = 0;
      return Got::kMessage;
    }
  }
}

bool Connection::send(const wire::Header& header, const std::vector<uint8_t>& payload) {
  if (!out_.empty()) {
    const auto* h = reinterpret_cast<const uint8_t*>(&header);
    out_.insert(out_.end(), h, h + sizeof(header));
    out_.insert(out_.end(), payload.begin(), payload.end());
    return true;
  }
  wire::Header head = header;
  iovec io[2] = {{&head, sizeof(head)}, {const_cast<uint8_t*>(payload.data()), payload.size()}};
  msghdr m{};
  m.msg_iov = io;
  m.msg_iovlen = payload.empty() ? 1 : 2;
  ssize_t n;
  do {
    n = ::sendmsg(socket_.get(), &m, MSG_DONTWAIT | MSG_NOSIGNAL);
  } while (n < 0 && errno == EINTR);
  if (n < 0 && errno != EAGAIN && errno != EWOULDBLOCK) return false;
  const size_t sent = n < 0 ? 0 : static_cast<size_t>(n);
  if (sent < sizeof(head) + payload.size()) {
    const auto* h = reinterpret_cast<const uint8_t*>(&head);
    out_.assign(h, h + sizeof(head));
    out_.insert(out_.end(), payload.begin(), payload.end());
    sent_ = sent;
  }
  return true;
}

bool Connection::flush() {
  while (sent_ < out_.size()) {
    const ssize_t n = ::send(socket_.get(), out_.data() + sent_, out_.size() - sent_, MSG_DONTWAIT | MSG_NOSIGNAL);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return errno == EAGAIN || errno == EWOULDBLOCK;
    sent_ += static_cast<size_t>(n);
  }
  out_.clear();
  sent_ = 0;
  return true;
}

}  // namespace sim
