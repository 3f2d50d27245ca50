// A client of the simulator that is not ours: it speaks through libvfio-user's own transport (lib/tran_sock.c) and structures
// (include/vfio-user.h). scripts/third-party-vfio-user.sh builds it outside the repository and runs it.
//
//   client SOCKET CONFIG
//
// writes the configuration space to the file CONFIG, as `lspci -F` reads it, and has the chip do nothing once, by interrupt.
// Exit status 0 if all was as it should be.

#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

#define _Static_assert static_assert  // it is C
#include "vfio-user.h"
#include "zchip.h"

// Of lib/tran_sock.h, whose other contents are no C++.
extern "C" {
int tran_sock_send_iovec(int sock, uint16_t id, bool is_reply, enum vfio_user_command command, struct iovec* iovecs, size_t n, int* fds, int count, int err);
int tran_sock_recv_alloc(int sock, struct vfio_user_header* h, bool is_reply, uint16_t* id, void** data, size_t* n);
int tran_sock_msg_iovec(int sock, uint16_t id, enum vfio_user_command command, struct iovec* iovecs, size_t n, int* send_fds, size_t send_count,
                        struct vfio_user_header* h, void* received, size_t received_n, int* fds, size_t* fd_count);
void vfu_log(void*, int, const char*, ...) {}
}

namespace {

int sock = -1;
uint16_t next_id = 1;

void check(bool ok, const std::string& what) {
  if (ok) return;
  std::fprintf(stderr, "third-party client: %s (errno: %s)\n", what.c_str(), std::strerror(errno));
  std::exit(1);
}

// call sends the parts and receives a reply of n bytes; it gives the server's errno, or 0.
int call(vfio_user_command command, std::vector<iovec> parts, void* reply, size_t n, std::vector<int> fds = {}) {
  parts.insert(parts.begin(), iovec{});  // the transport's header
  errno = 0;
  const int r = tran_sock_msg_iovec(sock, next_id++, command, parts.data(), parts.size(), fds.data(), fds.size(), nullptr, reply, n, nullptr, nullptr);
  return r < 0 ? errno : 0;
}

template <class T>
int exchange(vfio_user_command command, T* t, std::vector<int> fds = {}) {
  return call(command, {{t, sizeof(*t)}}, t, sizeof(*t), fds);
}

int access(uint32_t region, uint64_t offset, void* data, uint32_t n, bool write) {
  vfio_user_region_access ask{};
  ask.offset = offset;
  ask.region = region;
  ask.count = n;
  std::vector<uint8_t> reply(sizeof(ask) + (write ? 0 : n));
  std::vector<iovec> parts{{&ask, sizeof(ask)}};
  if (write) parts.push_back({data, n});
  const int e = call(write ? VFIO_USER_REGION_WRITE : VFIO_USER_REGION_READ, parts, reply.data(), reply.size());
  if (e == 0 && !write) std::memcpy(data, reply.data() + sizeof(ask), n);
  return e;
}

uint32_t read32(uint32_t offset) {
  uint32_t v = 0;
  check(access(VFIO_PCI_BAR0_REGION_INDEX, offset, &v, sizeof(v), false) == 0, "read of a register");
  return v;
}

void write32(uint32_t offset, uint32_t v) {
  check(access(VFIO_PCI_BAR0_REGION_INDEX, offset, &v, sizeof(v), true) == 0, "write of a register");
}

void negotiate() {
  uint16_t version[2] = {0, 2};  // a minor that the server need not know
  char capabilities[] = "{\"capabilities\":{\"max_msg_fds\":8,\"max_data_xfer_size\":1048576,\"twin_socket\":{\"supported\":true}}}";
  iovec parts[3] = {{}, {version, sizeof(version)}, {capabilities, sizeof(capabilities)}};
  vfio_user_header h{};
  uint16_t id = next_id++;
  void* reply = nullptr;
  size_t n = 0;
  check(tran_sock_send_iovec(sock, id, false, VFIO_USER_VERSION, parts, 3, nullptr, 0, 0) == 0, "version: send");
  check(tran_sock_recv_alloc(sock, &h, true, &id, &reply, &n) == 0 && n > 4, "version: reply");
  std::memcpy(version, reply, sizeof(version));
  const char* text = static_cast<const char*>(reply) + sizeof(version);
  check(version[0] == 0 && version[1] <= 2 && text[n - 5] == 0, "version: what it says");
  std::printf("version %u.%u %s\n", version[0], version[1], text);
  std::free(reply);
}

void describe() {
  vfio_user_device_info info{};
  info.argsz = sizeof(info);
  check(exchange(VFIO_USER_DEVICE_GET_INFO, &info) == 0 && info.num_regions == 9 && info.num_irqs == 5, "device info");
  std::printf("device flags %#x, %u regions, %u interrupts\n", info.flags, info.num_regions, info.num_irqs);
  for (uint32_t i = 0; i < info.num_regions; i++) {
    vfio_region_info r{};
    r.argsz = sizeof(r);
    r.index = i;
    check(exchange(VFIO_USER_DEVICE_GET_REGION_INFO, &r) == 0 && r.index == i, "region info");
    if (r.size > 0) std::printf("region %u: %#llx bytes, flags %#x\n", i, static_cast<unsigned long long>(r.size), r.flags);
  }
  vfio_region_info none{};
  none.argsz = sizeof(none);
  none.index = 9;
  check(exchange(VFIO_USER_DEVICE_GET_REGION_INFO, &none) == EINVAL, "a region too many is refused");
  uint32_t v;
  check(access(0xdeadbeef, 0, &v, sizeof(v), false) == EINVAL, "access to no region is refused");
}

void configuration(const char* path) {
  std::vector<uint8_t> c(256);
  check(access(VFIO_PCI_CONFIG_REGION_INDEX, 0, c.data(), 256, false) == 0, "configuration space");
  check((c[0] | c[1] << 8) == zchip::kVendor && (c[2] | c[3] << 8) == zchip::kDevice, "ids");
  std::FILE* f = std::fopen(path, "w");
  check(f != nullptr, path);
  std::fprintf(f, "00:00.0 Sluice\n");
  for (size_t i = 0; i < c.size(); i += 16) {
    std::fprintf(f, "%02zx:", i);
    for (size_t j = 0; j < 16; j++) std::fprintf(f, " %02x", c[i + j]);
    std::fprintf(f, "\n");
  }
  std::fclose(f);
  check(read32(zchip::kGlobalID) == ~0u, "no register answers before the configuration space lets it");
  uint16_t command = 6;  // memory, bus master
  check(access(VFIO_PCI_CONFIG_REGION_INDEX, 4, &command, sizeof(command), true) == 0, "command register");
  check(read32(zchip::kGlobalID) == zchip::kId, "id of the chip");
  write32(zchip::kGlobalScratch, 0x12345678);
  check(read32(zchip::kGlobalScratch) == 0x12345678, "scratch");
  check(call(VFIO_USER_DEVICE_RESET, {}, nullptr, 0) == 0, "reset");
  check(access(VFIO_PCI_CONFIG_REGION_INDEX, 4, &command, sizeof(command), true) == 0, "command register");
  check(read32(zchip::kGlobalScratch) == 0, "scratch after a reset");
  std::printf("registers: id %#x, version %#x\n", read32(zchip::kGlobalID), read32(zchip::kGlobalVersion));
}

int map(int fd, uint64_t address, uint64_t offset, uint64_t size) {
  vfio_user_dma_map m{};
  m.argsz = sizeof(m);
  m.flags = VFIO_USER_F_DMA_REGION_READ | VFIO_USER_F_DMA_REGION_WRITE;
  m.offset = offset;
  m.addr = address;
  m.size = size;
  return call(VFIO_USER_DMA_MAP, {{&m, sizeof(m)}}, nullptr, 0, {fd});
}

int unmap(uint64_t address, uint64_t size, uint32_t flags = 0) {
  vfio_user_dma_unmap u{};
  u.argsz = sizeof(u);
  u.flags = flags;
  u.addr = address;
  u.size = size;
  return exchange(VFIO_USER_DMA_UNMAP, &u);
}

void work() {
  constexpr uint64_t kAddress = 1ull << 33, kPage = 4096;
  const int memory = memfd_create("third-party", MFD_CLOEXEC);
  check(memory >= 0 && ftruncate(memory, 2 * kPage) == 0, "memory");
  auto* m = static_cast<uint8_t*>(mmap(nullptr, 2 * kPage, PROT_READ | PROT_WRITE, MAP_SHARED, memory, 0));
  check(m != MAP_FAILED, "memory");
  check(map(memory, kAddress, 0, kPage) == 0 && map(memory, kAddress + kPage, kPage, kPage) == 0, "map");
  check(map(memory, kAddress, 0, kPage) != 0, "a second map over it is refused");

  vfio_irq_info irq{};
  irq.argsz = sizeof(irq);
  irq.index = VFIO_PCI_MSIX_IRQ_INDEX;
  check(exchange(VFIO_USER_DEVICE_GET_IRQ_INFO, &irq) == 0 && irq.count > 0 && (irq.flags & VFIO_IRQ_INFO_EVENTFD) != 0, "MSI-X");
  std::printf("MSI-X: %u vectors, flags %#x\n", irq.count, irq.flags);
  const int event = eventfd(0, EFD_CLOEXEC);
  vfio_irq_set set{};
  set.argsz = sizeof(set);
  set.flags = VFIO_IRQ_SET_DATA_EVENTFD | VFIO_IRQ_SET_ACTION_TRIGGER;
  set.index = VFIO_PCI_MSIX_IRQ_INDEX;
  set.count = 1;
  check(event >= 0 && call(VFIO_USER_DEVICE_SET_IRQS, {{&set, offsetof(vfio_irq_set, data)}}, nullptr, 0, {event}) == 0, "eventfd");

  zchip::Submission s{};
  s.command = static_cast<uint32_t>(zchip::Opcode::kNop) << 16;
  s.id = 0x00050000;
  std::memcpy(m, &s, sizeof(s));
  write32(zchip::kQueueSQBase(0), static_cast<uint32_t>(kAddress));
  write32(zchip::kQueueSQBase(0) + 4, kAddress >> 32);
  write32(zchip::kQueueCQBase(0), static_cast<uint32_t>(kAddress + kPage));
  write32(zchip::kQueueCQBase(0) + 4, kAddress >> 32);
  write32(zchip::kQueueDepth(0), 4);
  write32(zchip::kQueueVector(0), 0);
  write32(zchip::kQueueControl(0), zchip::kQueueControlEnableMask);
  check((read32(zchip::kQueueStatus(0)) & zchip::kQueueStatusEnabledMask) != 0, "queue");
  write32(zchip::kGlobalIntrEnable, 1);
  write32(zchip::kGlobalControl, zchip::kGlobalControlEnableMask);
  write32(zchip::kDoorbellSQTail(0), 1);
  uint64_t count = 0;
  alarm(20);  // an interrupt that does not come ends us
  check(read(event, &count, sizeof(count)) == sizeof(count), "interrupt");
  alarm(0);
  zchip::Completion c;
  std::memcpy(&c, m + kPage, sizeof(c));
  check(c.id == s.id && (c.state & 0xff) == static_cast<uint32_t>(zchip::Status::kOk) && (c.last & 1) == 1, "completion");
  std::printf("completion: id %#x, state %#x, cycle %llu, %u cycles\n", c.id, c.state, static_cast<unsigned long long>(c.stamp), c.cycles);

  check(unmap(kAddress, kPage) == 0, "unmap");
  check(unmap(kAddress, kPage) == ENOENT, "a second unmap is refused");
  check(unmap(0, 0, VFIO_DMA_UNMAP_FLAG_ALL) == 0, "unmap all");
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) {
    std::fprintf(stderr, "usage: %s SOCKET CONFIG\n", argv[0]);
    return 2;
  }
  for (int i = 0; i < 2; i++) {  // the second time to see that nothing is left of the first
    sockaddr_un a{};
    a.sun_family = AF_UNIX;
    check(std::strlen(argv[1]) < sizeof(a.sun_path), "socket path");
    std::strcpy(a.sun_path, argv[1]);
    sock = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    check(sock >= 0 && connect(sock, reinterpret_cast<sockaddr*>(&a), sizeof(a)) == 0, "connect");
    negotiate();
    describe();
    configuration(argv[2]);
    work();
    close(sock);
  }
  std::printf("third-party client: all as it should be, twice\n");
  return 0;
}
