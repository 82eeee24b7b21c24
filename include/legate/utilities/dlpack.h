// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The binary interface DLPack 1.1, by which array libraries hand each other their data: names and layout are those of
/// that standard, so tensors made here are understood by whoever includes its own header.
///
/// A program that uses that header too may include it before or after this one. Whichever comes first declares the
/// names; a program that needs what releases after 1.1 added includes its own first.
#if !defined(DLPACK_DLPACK_H_)
#define DLPACK_DLPACK_H_

#include <cstdint>

#define DLPACK_MAJOR_VERSION 1
#define DLPACK_MINOR_VERSION 1

#define DLPACK_EXTERN_C extern "C"
#define DLPACK_DLL

/// The tensor must not be written to.
#define DLPACK_FLAG_BITMASK_READ_ONLY (1UL << 0UL)
/// The producer made a copy for this tensor; nobody else sees it.
#define DLPACK_FLAG_BITMASK_IS_COPIED (1UL << 1UL)
/// Every element narrower than a byte occupies a whole one.
#define DLPACK_FLAG_BITMASK_IS_SUBBYTE_TYPE_PADDED (1UL << 2UL)

extern "C" {

struct DLPackVersion {
  std::uint32_t major;  // another one: only the deleter of a tensor may be used
  std::uint32_t minor;
};

enum DLDeviceType : std::int32_t {
  kDLCPU = 1,
  kDLCUDA = 2,
  kDLCUDAHost = 3,  // pinned main memory
  kDLOpenCL = 4,
  kDLVulkan = 7,
  kDLMetal = 8,
  kDLVPI = 9,
  kDLROCM = 10,
  kDLROCMHost = 11,
  kDLExtDev = 12,
  kDLCUDAManaged = 13,
  kDLOneAPI = 14,
  kDLWebGPU = 15,
  kDLHexagon = 16,
  kDLMAIA = 17
};

struct DLDevice {
  DLDeviceType device_type;
  std::int32_t device_id;
};

enum DLDataTypeCode {
  kDLInt = 0U,
  kDLUInt = 1U,
  kDLFloat = 2U,
  kDLOpaqueHandle = 3U,
  kDLBfloat = 4U,
  kDLComplex = 5U,
  kDLBool = 6U,
  kDLFloat8_e3m4 = 7U,
  kDLFloat8_e4m3 = 8U,
  kDLFloat8_e4m3b11fnuz = 9U,
  kDLFloat8_e4m3fn = 10U,
  kDLFloat8_e4m3fnuz = 11U,
  kDLFloat8_e5m2 = 12U,
  kDLFloat8_e5m2fnuz = 13U,
  kDLFloat8_e8m0fnu = 14U,
  kDLFloat6_e2m3fn = 15U,
  kDLFloat6_e3m2fn = 16U,
  kDLFloat4_e2m1fn = 17U
};

struct DLDataType {
  std::uint8_t code;  // of DLDataTypeCode
  std::uint8_t bits;
  std::uint16_t lanes;
};

struct DLTensor {
  void* data;
  DLDevice device;
  std::int32_t ndim;
  DLDataType dtype;
  std::int64_t* shape;
  std::int64_t* strides;  // in elements; null for C order
  std::uint64_t byte_offset;
};

/// A tensor and the way to give it back, as before version 1.
struct DLManagedTensor {
  DLTensor dl_tensor;
  void* manager_ctx;
  void (*deleter)(struct DLManagedTensor* self);
};

/// A tensor and the way to give it back; `version`, `manager_ctx` and `deleter` stay in place in all versions.
struct DLManagedTensorVersioned {
  DLPackVersion version;
  void* manager_ctx;
  void (*deleter)(struct DLManagedTensorVersioned* self);
  std::uint64_t flags;
  DLTensor dl_tensor;
};

}  // extern "C"

#elif !defined(DLPACK_MAJOR_VERSION) || DLPACK_MAJOR_VERSION != 1
#error "Legate needs DLPack 1.x: the <dlpack/dlpack.h> that was included before is of another major version"
#endif
