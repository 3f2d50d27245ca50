package ed25519

import (
	"hash/maphash"
	"slices"
	"sync"
	"sync/atomic"
)

// keyCache remembers the points of keys that were decompressed, whoever used them: validators sign block after block. It is of fixed
// size, so that strangers who choose keys cannot make it grow, and its hash has a secret seed, so that they cannot aim at one place of
// it. A key is remembered when it comes for the second time, so that those that come once neither cost anything nor push out others;
// within a set the key used longest ago goes first. It is safe for concurrent use.
type keyCache[T any] struct {
	seed         maphash.Seed
	shards       [cacheShards]cacheShard[T]
	hits, misses atomic.Uint64
}

// 64 x 16 x 4 = 4,096 keys of some 170 bytes.
const (
	cacheShards = 64
	cacheSets   = 16
	cacheWays   = 4
)

type cacheShard[T any] struct {
	mu    sync.Mutex
	clock uint64
	sets  [cacheSets]cacheSet[T]
}

type cacheSet[T any] struct {
	missed  [2 * cacheWays]uint64 // hashes of keys that came and were not there, the latest first
	entries [cacheWays]cacheEntry[T]
}

type cacheEntry[T any] struct {
	key   [KeySize]byte
	used  uint64 // clock of the shard; 0: empty
	value T
}

func newKeyCache[T any]() *keyCache[T] { return &keyCache[T]{seed: maphash.MakeSeed()} }

// hash places a key; everything that is kept by key shares it.
func (c *keyCache[T]) hash(key *[KeySize]byte) uint64 { return maphash.Bytes(c.seed, key[:]) }

func (c *keyCache[T]) set(hash uint64) (*cacheShard[T], *cacheSet[T]) {
	s := &c.shards[hash%cacheShards]
	return s, &s.sets[hash/cacheShards%cacheSets]
}

// get sets v to the value of the key, if there is one. If not, it tells whether the key has come before, so that it is to be put in.
func (c *keyCache[T]) get(hash uint64, key *[KeySize]byte, v *T) (found, again bool) {
	s, set := c.set(hash)
	s.mu.Lock()
	for i := range set.entries {
		if e := &set.entries[i]; e.used != 0 && e.key == *key {
			s.clock++
			e.used = s.clock
			*v = e.value
			s.mu.Unlock()
			return true, false
		}
	}
	again = slices.Contains(set.missed[:], hash)
	if !again {
		copy(set.missed[1:], set.missed[:])
		set.missed[0] = hash
	}
	s.mu.Unlock()
	return false, again
}

// put remembers the value of a key.
func (c *keyCache[T]) put(hash uint64, key *[KeySize]byte, v *T) {
	s, set := c.set(hash)
	s.mu.Lock()
	defer s.mu.Unlock()
	oldest := &set.entries[0]
	for i := range set.entries {
		e := &set.entries[i]
		if e.used != 0 && e.key == *key {
			oldest = e
			break
		}
		if e.used < oldest.used {
			oldest = e
		}
	}
	s.clock++
	oldest.key, oldest.used, oldest.value = *key, s.clock, *v
}

// count adds to the statistics.
func (c *keyCache[T]) count(hits, misses int) {
	c.hits.Add(uint64(hits))
	c.misses.Add(uint64(misses))
}

// stats gives what was counted.
func (c *keyCache[T]) stats() (hits, misses uint64) { return c.hits.Load(), c.misses.Load() }
