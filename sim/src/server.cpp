#include "server.h"

#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <stdexcept>

namespace sim {
namespace {

constexpr uint32_t kCycles = 64;          // between two looks at the socket
constexpr int kMessages = 64;             // of one client, between two looks at the rest
constexpr size_t kWaiting = 8;            // who comes when more wait takes the place of the first

std::runtime_error failure(const std::string& what) { return std::runtime_error(what + ": " + std::strerror(errno)); }

sockaddr_un address_of(const std::string& path) {
  sockaddr_un a{};
  a.sun_family = AF_UNIX;
  if (path.empty() || path.size() >= sizeof(a.sun_path)) {
    throw std::runtime_error("the socket's path has " + std::to_string(path.size()) + " bytes, 1 to " + std::to_string(sizeof(a.sun_path) - 1) +
                             " are possible");
  }
  std::memcpy(a.sun_path, path.data(), path.size());
  return a;
}

// Removes a socket that nobody serves any more.
void remove_stale(const std::string& path, const sockaddr_un& address) {
  struct stat info {};
  if (::lstat(path.c_str(), &info) != 0) return;
  if (!S_ISSOCK(info.st_mode)) throw std::runtime_error(path + " is there, and is no socket");
  const Fd probe(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!probe) throw failure("socket");
  if (::connect(probe.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0 || errno != ECONNREFUSED) {
    throw std::runtime_error("somebody serves " + path + " already");
  }
  ::unlink(path.c_str());
}

}  // namespace

void say(const std::string& line) {
  const std::string text = "sluice-sim: " + line + "\n";
  std::fwrite(text.data(), 1, text.size(), stderr);
}

Listener::Listener(const std::string& path) : path_(path) {
  const sockaddr_un address = address_of(path);
  remove_stale(path, address);
  socket_ = Fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!socket_) throw failure("socket");
  if (::bind(socket_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0) throw failure("bind " + path);
  if (::listen(socket_.get(), SOMAXCONN) != 0) {
    const std::runtime_error e = failure("listen " + path);
    ::unlink(path.c_str());
    throw e;
  }
}

Listener::~Listener() { ::unlink(path_.c_str()); }

void Server::run(int signals) {
  while (wait(signals)) {
    accept();  // first, so that who came while the client was there is told so
    serve();
    turn_away();
    if (device_->active()) device_->run(kCycles);
  }
}

bool Server::wait(int signals) {
  std::vector<pollfd> fds{{signals, POLLIN, 0}, {listener_->fd(), POLLIN, 0}};
  if (client_) fds.push_back({client_->connection.fd(), client_->connection.events(), 0});
  for (const Connection& c : waiting_) fds.push_back({c.fd(), c.events(), 0});
  while (::poll(fds.data(), fds.size(), device_->active() ? 0 : -1) < 0) {
    if (errno != EINTR) throw failure("poll");
  }
  return (fds[0].revents & POLLIN) == 0;
}

void Server::serve() {
  for (int i = 0; client_ && i < kMessages; i++) {
    if (client_->connection.events() == POLLOUT) {
      if (!client_->connection.flush()) {
        end("the client took no reply");
      } else if (client_->connection.events() == POLLOUT) {
        if (client_->connection.hung_up()) end("the client took no reply");
        return;
      }
      continue;
    }
    Message m;
    std::string why;
    switch (client_->connection.receive(&m, &why)) {
      case Connection::Got::kNothing:
        return;
      case Connection::Got::kEnd:
        end(why);
        return;
      case Connection::Got::kMessage:
        stats_->messages++;
        if (!answer(&m)) end("it does not speak our version, or took no reply");
    }
  }
}

bool Server::answer(Message* m) {
  const Session::Reply r = client_->session.handle(m);
  m->fds.clear();  // those that nobody took are closed when the client has its answer
  if ((m->header.flags & wire::kNoReply) == 0) {
    wire::Header h{m->header.id, m->header.command, 0, wire::kTypeReply, static_cast<uint32_t>(r.error)};
    if (r.error != 0) h.flags |= wire::kError;
    h.size = static_cast<uint32_t>(sizeof(h) + r.payload.size());
    if (!client_->connection.send(h, r.payload)) return false;
  }
  return !r.hang_up;
}

void Server::end(const std::string& why) {
  client_.reset();
  device_->forget();
  say(why.empty() ? "client gone" : "client gone: " + why);
}

void Server::accept() {
  for (;;) {
    Fd socket(::accept4(listener_->fd(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
    if (!socket) {
      if (errno == EINTR || errno == ECONNABORTED) continue;
      if (errno == EAGAIN || errno == EWOULDBLOCK) return;
      throw failure("accept");
    }
    // Who ended before this one came is not in its way.
    if (client_ && client_->connection.hung_up()) end("");
    if (!client_) {
      stats_->clients++;
      say("client " + std::to_string(stats_->clients));
      client_ = std::make_unique<Client>(Client{Connection(std::move(socket)), Session(device_)});
      continue;
    }
    stats_->refused++;
    say("refused a client: another one is there");
    if (waiting_.size() == kWaiting) waiting_.erase(waiting_.begin());
    waiting_.emplace_back(std::move(socket));
  }
}

void Server::turn_away() {
  for (auto c = waiting_.begin(); c != waiting_.end();) {
    Message m;
    std::string why;
    const Connection::Got got = c->receive(&m, &why);
    if (got == Connection::Got::kNothing) {
      ++c;
      continue;
    }
    if (got == Connection::Got::kMessage) {
      const wire::Header h{m.header.id, m.header.command, sizeof(wire::Header), wire::kTypeReply | wire::kError, EBUSY};
      c->send(h, {});
    }
    c = waiting_.erase(c);
  }
}

}  // namespace sim
