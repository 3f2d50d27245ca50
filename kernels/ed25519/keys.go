package ed25519

import (
	"hash/maphash"
	"sync"
	"sync/atomic"
)

// keyCache remembers the points of keys that were decompressed, whoever used them: validators sign block after block. It is of fixed
// size, so that strangers who choose keys cannot make it grow, and its hash has a secret seed, so that they cannot aim at one place of
// it. Within a set the key used longest ago goes first. It is safe for concurrent use.
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
	sets  [cacheSets][cacheWays]cacheEntry[T]
}

type cacheEntry[T any] struct {
	key   [KeySize]byte
	used  uint64 // clock of the shard; 0: empty
	value T
}

func newKeyCache[T any]() *keyCache[T] { return &keyCache[T]{seed: maphash.MakeSeed()} }

// hash places a key; everything that is kept by key shares it.
func (c *keyCache[T]) hash(key *[KeySize]byte) uint64 { return maphash.Bytes(c.seed, key[:]) }

func (c *keyCache[T]) set(hash uint64) (*cacheShard[T], *[cacheWays]cacheEntry[T]) {
	s := &c.shards[hash%cacheShards]
	return s, &s.sets[hash/cacheShards%cacheSets]
}

// get sets v to the value of the key, if there is one.
func (c *keyCache[T]) get(hash uint64, key *[KeySize]byte, v *T) bool {
	s, set := c.set(hash)
	s.mu.Lock()
	defer s.mu.Unlock()
	for i := range set {
		if e := &set[i]; e.used != 0 && e.key == *key {
			s.clock++
			e.used = s.clock
			*v = e.value
			return true
		}
	}
	return false
}

// put remembers the value of a key.
func (c *keyCache[T]) put(hash uint64, key *[KeySize]byte, v *T) {
	s, set := c.set(hash)
	s.mu.Lock()
	defer s.mu.Unlock()
	oldest := &set[0]
	for i := range set {
		e := &set[i]
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
