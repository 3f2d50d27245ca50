#include "session.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <string>
#include <string_view>

#include "json.h"

namespace sim {
namespace {

constexpr uint16_t kMajor = 0, kMinor = 1;

// The structure at the start of a payload, which is long enough.
template <class T>
T get(const Message& m) {
  T t;
  std::memcpy(&t, m.payload.data(), sizeof(t));
  return t;
}

template <class T>
std::vector<uint8_t> bytes(const T& t) {
  const auto* p = reinterpret_cast<const uint8_t*>(&t);
  return {p, p + sizeof(t)};
}

Session::Reply refuse(int error) { return {error, {}, false}; }

template <class T>
Session::Reply answer(const T& t) {
  return {0, bytes(t), false};
}

// The server's capabilities: a subset of the client's, in JSON that is no longer than the client's.
std::string answer_capabilities(const Capabilities& named, size_t room) {
  std::string list;
  const auto add = [&](bool wanted, const char* name, const std::string& value) {
    if (!wanted) return;
    const std::string one = (list.empty() ? "\"" : ",\"") + std::string(name) + "\":" + value;
    constexpr std::string_view kFrame = "{\"capabilities\":{}}";
    if (kFrame.size() + list.size() + one.size() <= room) list += one;
  };
  add(named.write_multiple, "write_multiple", "true");
  add(named.max_msg_fds, "max_msg_fds", std::to_string(wire::kMaxFds));
  add(named.max_data_xfer_size, "max_data_xfer_size", std::to_string(wire::kMaxData));
  add(named.pgsizes, "pgsizes", std::to_string(wire::kPage));
  add(named.max_dma_maps, "max_dma_maps", std::to_string(wire::kMaxMaps));
  return list.empty() ? "{}" : "{\"capabilities\":{" + list + "}}";
}

}  // namespace

Session::Handler Session::handler(uint16_t command, size_t* least) {
  switch (command) {
    case wire::kVersion:
      *least = sizeof(wire::Version);
      return &Session::version;
    case wire::kDmaMap:
      *least = sizeof(wire::DmaMap);
      return &Session::dma_map;
    case wire::kDmaUnmap:
      *least = sizeof(wire::DmaUnmap);
      return &Session::dma_unmap;
    case wire::kGetInfo:
      *least = sizeof(wire::DeviceInfo);
      return &Session::info;
    case wire::kGetRegionInfo:
      *least = sizeof(wire::RegionInfo);
      return &Session::region_info;
    case wire::kGetRegionIoFds:
      *least = sizeof(wire::RegionIoFds);
      return &Session::region_io_fds;
    case wire::kGetIrqInfo:
      *least = sizeof(wire::IrqInfo);
      return &Session::irq_info;
    case wire::kSetIrqs:
      *least = sizeof(wire::SetIrqs);
      return &Session::set_irqs;
    case wire::kRegionRead:
      *least = sizeof(wire::RegionAccess);
      return &Session::region_read;
    case wire::kRegionWrite:
      *least = sizeof(wire::RegionAccess);
      return &Session::region_write;
    case wire::kRegionWriteMulti:
      *least = sizeof(wire::WriteMulti);
      return &Session::region_write_multi;
    case wire::kReset:
      *least = 0;
      return &Session::reset;
    case wire::kDeviceFeature:
      *least = sizeof(wire::DeviceFeature);
      return &Session::feature;
    default:
      return nullptr;
  }
}

Session::Reply Session::handle(Message* m) {
  size_t least = 0;
  const Handler h = handler(m->header.command, &least);
  const bool is_version = m->header.command == wire::kVersion;
  if (h == nullptr || m->payload.size() < least || (m->header.flags & wire::kTypeMask) != wire::kTypeCommand || ready_ == is_version) {
    return {EINVAL, {}, false};
  }
  return (this->*h)(m);
}

Session::Reply Session::version(Message* m) {
  const auto asked = get<wire::Version>(*m);
  std::string_view text(reinterpret_cast<const char*>(m->payload.data()) + sizeof(asked), m->payload.size() - sizeof(asked));
  Capabilities named;
  if (!text.empty()) {
    if (text.back() != 0) return {EINVAL, {}, true};
    text.remove_suffix(1);
    if (!parse_capabilities(text, &named)) return {EINVAL, {}, true};
  }
  if (asked.major != kMajor) return {EINVAL, {}, true};
  ready_ = true;
  const std::string said = answer_capabilities(named, text.size());
  write_multiple_ = said.find("write_multiple") != std::string::npos;
  Reply r = answer(wire::Version{kMajor, std::min(asked.minor, kMinor)});
  r.payload.insert(r.payload.end(), said.begin(), said.end());
  r.payload.push_back(0);
  return r;
}

Session::Reply Session::dma_map(Message* m) {
  const auto r = get<wire::DmaMap>(*m);
  constexpr uint32_t kBoth = wire::kMapRead | wire::kMapWrite;
  if (r.argsz < sizeof(r) || (r.flags & ~(kBoth | wire::kMapMmap)) != 0 || (r.flags & kBoth) == 0) return refuse(EINVAL);
  // Without a descriptor the server would have to ask the client for every line, which we do not do.
  if (m->fds.size() != 1) return refuse(EINVAL);
  return refuse(device_->memory().map(std::move(m->fds[0]), r.offset, r.address, r.size, (r.flags & wire::kMapRead) != 0,
                                      (r.flags & wire::kMapWrite) != 0));
}

Session::Reply Session::dma_unmap(Message* m) {
  const auto r = get<wire::DmaUnmap>(*m);
  if (r.argsz < sizeof(r) || (r.flags & ~wire::kUnmapAll) != 0) return refuse(EINVAL);
  if (r.flags == wire::kUnmapAll) {
    if (r.address != 0 || r.size != 0) return refuse(EINVAL);
    device_->unmap_all();
  } else if (const int error = device_->unmap(r.address, r.size); error != 0) {
    return refuse(error);
  }
  return answer(r);
}

Session::Reply Session::info(Message* m) {
  if (get<wire::DeviceInfo>(*m).argsz < sizeof(wire::DeviceInfo)) return refuse(EINVAL);
  return answer(wire::DeviceInfo{sizeof(wire::DeviceInfo), wire::kDeviceReset | wire::kDevicePci, wire::kRegions, wire::kIrqs});
}

Session::Reply Session::region_info(Message* m) {
  const auto r = get<wire::RegionInfo>(*m);
  if (r.argsz < sizeof(r) || r.index >= wire::kRegions) return refuse(EINVAL);
  const uint64_t size = Device::region_size(r.index);
  const uint32_t flags = size > 0 ? wire::kRegionReadable | wire::kRegionWritable : 0;
  return answer(wire::RegionInfo{sizeof(r), flags, r.index, 0, size, 0});
}

// No part of a region has descriptors: every access is a message.
Session::Reply Session::region_io_fds(Message* m) {
  const auto r = get<wire::RegionIoFds>(*m);
  if (r.argsz < sizeof(r) || r.flags != 0 || r.index >= wire::kRegions) return refuse(EINVAL);
  return answer(wire::RegionIoFds{sizeof(r), 0, r.index, 0});
}

Session::Reply Session::irq_info(Message* m) {
  const auto r = get<wire::IrqInfo>(*m);
  if (r.argsz < sizeof(r) || r.index >= wire::kIrqs) return refuse(EINVAL);
  const bool msix = r.index == wire::kMsix;
  return answer(wire::IrqInfo{sizeof(r), msix ? wire::kIrqEventfd | wire::kIrqMaskable : 0, r.index, msix ? device_->interrupts().vectors() : 0});
}

Session::Reply Session::set_irqs(Message* m) {
  const auto r = get<wire::SetIrqs>(*m);
  if (r.argsz < sizeof(r) || r.index != wire::kMsix) return refuse(EINVAL);
  return refuse(device_->interrupts().set(r, m->payload.data() + sizeof(r), m->payload.size() - sizeof(r), &m->fds));
}

Session::Reply Session::region_read(Message* m) {
  const auto r = get<wire::RegionAccess>(*m);
  if (m->payload.size() != sizeof(r) || r.count > wire::kMaxData) return refuse(EINVAL);
  if (uint64_t{r.count} > Device::region_size(r.region)) return refuse(EINVAL);
  Reply reply = answer(r);
  reply.payload.resize(sizeof(r) + r.count);
  const int error = device_->read(r.region, r.offset, reply.payload.data() + sizeof(r), r.count);
  return error == 0 ? reply : refuse(error);
}

Session::Reply Session::region_write(Message* m) {
  const auto r = get<wire::RegionAccess>(*m);
  if (r.count > wire::kMaxData || m->payload.size() != sizeof(r) + r.count) return refuse(EINVAL);
  const int error = device_->write(r.region, r.offset, m->payload.data() + sizeof(r), r.count);
  return error == 0 ? answer(r) : refuse(error);
}

Session::Reply Session::region_write_multi(Message* m) {
  const auto r = get<wire::WriteMulti>(*m);
  const size_t room = (m->payload.size() - sizeof(r)) / sizeof(wire::OneWrite);
  if (!write_multiple_ || r.count == 0 || r.count > room || m->payload.size() != sizeof(r) + r.count * sizeof(wire::OneWrite)) {
    return refuse(EINVAL);
  }
  for (uint64_t done = 0; done < r.count; done++) {
    wire::OneWrite w;
    std::memcpy(&w, m->payload.data() + sizeof(r) + done * sizeof(w), sizeof(w));
    const int error = w.count > sizeof(w.data) ? EINVAL : device_->write(w.region, w.offset, w.data, w.count);
    if (error == 0) continue;
    return done == 0 ? refuse(error) : answer(wire::WriteMulti{done});
  }
  return answer(r);
}

Session::Reply Session::reset(Message*) {
  device_->reset();
  return {};
}

// There are no features: all of them are about migration.
Session::Reply Session::feature(Message* m) {
  return refuse(get<wire::DeviceFeature>(*m).argsz < sizeof(wire::DeviceFeature) ? EINVAL : ENOTTY);
}

}  // namespace sim
