// Package sm3 is the kernel "sm3": SM3 (GB/T 32905-2016, GM/T 0004-2012) of many messages.
//
// A job is a message; its digest of 32 bytes is the output and its verdict is always valid. To hash one
// message, use github.com/emmansun/gmsm/sm3. Messages are public: nothing here is constant time.
package sm3
