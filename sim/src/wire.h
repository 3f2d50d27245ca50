// The vfio-user protocol as it is on the socket: QEMU's docs/interop/vfio-user.rst is the specification, <linux/vfio.h> the
// source of its structures. Numbers are in host byte order.
#pragma once

#include <cstddef>
#include <cstdint>

namespace wire {

enum Command : uint16_t {
  kVersion = 1,
  kDmaMap = 2,
  kDmaUnmap = 3,
  kGetInfo = 4,
  kGetRegionInfo = 5,
  kGetRegionIoFds = 6,
  kGetIrqInfo = 7,
  kSetIrqs = 8,
  kRegionRead = 9,
  kRegionWrite = 10,
  kReset = 13,
  kRegionWriteMulti = 15,
  kDeviceFeature = 16,
};

struct Header {
  uint16_t id;
  uint16_t command;
  uint32_t size;  // of the message, header included
  uint32_t flags;
  uint32_t error;  // errno of a reply with kError
};
static_assert(sizeof(Header) == 16);
static_assert(offsetof(Header, command) == 2 && offsetof(Header, size) == 4 && offsetof(Header, flags) == 8 && offsetof(Header, error) == 12);

constexpr uint32_t kTypeMask = 0xf, kTypeCommand = 0, kTypeReply = 1;
constexpr uint32_t kNoReply = 0x10, kError = 0x20;

struct Version {  // then JSON that ends with NUL
  uint16_t major, minor;
};
static_assert(sizeof(Version) == 4);

struct DmaMap {
  uint32_t argsz, flags;
  uint64_t offset, address, size;
};
static_assert(sizeof(DmaMap) == 32 && offsetof(DmaMap, offset) == 8 && offsetof(DmaMap, address) == 16 && offsetof(DmaMap, size) == 24);
constexpr uint32_t kMapRead = 1, kMapWrite = 2;
constexpr uint32_t kMapMmap = 4;  // newer clients say that the descriptor is to be mapped, as it is

struct DmaUnmap {
  uint32_t argsz, flags;
  uint64_t address, size;
};
static_assert(sizeof(DmaUnmap) == 24 && offsetof(DmaUnmap, address) == 8 && offsetof(DmaUnmap, size) == 16);
constexpr uint32_t kUnmapAll = 2;

struct DeviceInfo {
  uint32_t argsz, flags, regions, irqs;
};
static_assert(sizeof(DeviceInfo) == 16);
constexpr uint32_t kDeviceReset = 1, kDevicePci = 2;

struct RegionInfo {
  uint32_t argsz, flags, index, cap_offset;
  uint64_t size, offset;
};
static_assert(sizeof(RegionInfo) == 32 && offsetof(RegionInfo, index) == 8 && offsetof(RegionInfo, size) == 16);
constexpr uint32_t kRegionReadable = 1, kRegionWritable = 2;
constexpr uint32_t kBar0 = 0, kBar2 = 2, kConfigSpace = 7, kRegions = 9;

struct RegionIoFds {
  uint32_t argsz, flags, index, count;
};
static_assert(sizeof(RegionIoFds) == 16);

struct IrqInfo {
  uint32_t argsz, flags, index, count;
};
static_assert(sizeof(IrqInfo) == 16);
constexpr uint32_t kIrqEventfd = 1, kIrqMaskable = 2;
constexpr uint32_t kMsix = 2, kIrqs = 5;

struct SetIrqs {  // then, with kDataBool, a byte for each
  uint32_t argsz, flags, index, start, count;
};
static_assert(sizeof(SetIrqs) == 20);
constexpr uint32_t kDataNone = 1, kDataBool = 2, kDataEventfd = 4, kDataMask = 7;
constexpr uint32_t kActionMask = 8, kActionUnmask = 16, kActionTrigger = 32, kActions = 56;

struct RegionAccess {  // then, of a write or of a read's reply, the data
  uint64_t offset;
  uint32_t region, count;
};
static_assert(sizeof(RegionAccess) == 16 && offsetof(RegionAccess, region) == 8 && offsetof(RegionAccess, count) == 12);

struct WriteMulti {  // then count times OneWrite
  uint64_t count;
};
static_assert(sizeof(WriteMulti) == 8);

struct OneWrite {
  uint64_t offset;
  uint32_t region, count;
  uint8_t data[8];
};
static_assert(sizeof(OneWrite) == 24 && offsetof(OneWrite, data) == 16);

struct DeviceFeature {  // then the feature's data
  uint32_t argsz, flags;
};
static_assert(sizeof(DeviceFeature) == 8);

constexpr uint32_t kPage = 4096;           // grain of DMA maps
constexpr uint32_t kMaxData = 1 << 20;     // bytes of one region access
constexpr uint32_t kMaxFds = 16;           // descriptors of one message
constexpr uint32_t kMaxMaps = 65535;       // DMA maps at once
constexpr uint32_t kMaxPayload = kMaxData + 64;

}  // namespace wire
