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

// cacheSet begins with what a key that is not there needs: two lines of the processor's cache.
type cacheSet[T any] struct {
	hashes [cacheWays]uint64 // of the keys of entries
	used   [cacheWays]uint64 // clock of the shard; 0: empty
	missed [cacheWays]uint64 // hashes of keys that came and were not there, the latest first
	keys   [cacheWays][KeySize]byte
	values [cacheWays]T
}

func newKeyCache[T any]() *keyCache[T] { return &keyCache[T]{seed: maphash.MakeSeed()} }

// hash places a key; everything that is kept by key shares it.
func (c *keyCache[T]) hash(key *[KeySize]byte) uint64 { return maphash.Bytes(c.seed, key[:]) }

func (c *keyCache[T]) set(hash uint64) (*cacheShard[T], *cacheSet[T]) {
	s := &c.shards[hash%cacheShards]
	return s, &s.sets[hash/cacheShards%cacheSets]
}

// find tells which entry is the key's, if there is one.
func (s *cacheSet[T]) find(hash uint64, key *[KeySize]byte) (i int, found bool) {
	for i := range cacheWays {
		if s.hashes[i] == hash && s.used[i] != 0 && s.keys[i] == *key {
			return i, true
		}
	}
	return 0, false
}

// get sets v to the value of the key, if there is one. If not, it tells whether the key has come before, so that it is to be put in.
func (c *keyCache[T]) get(hash uint64, key *[KeySize]byte, v *T) (found, again bool) {
	s, set := c.set(hash)
	s.mu.Lock()
	if i, ok := set.find(hash, key); ok {
		s.clock++
		set.used[i] = s.clock
		*v = set.values[i]
		s.mu.Unlock()
		return true, false
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
	i, ok := set.find(hash, key)
	if !ok {
		for j := range cacheWays {
			if set.used[j] < set.used[i] {
				i = j
			}
		}
	}
	s.clock++
	set.hashes[i], set.used[i], set.keys[i], set.values[i] = hash, s.clock, *key, *v
}

// count adds to the statistics.
func (c *keyCache[T]) count(hits, misses int) {
	c.hits.Add(uint64(hits))
	c.misses.Add(uint64(misses))
}

// stats gives what was counted.
func (c *keyCache[T]) stats() (hits, misses uint64) { return c.hits.Load(), c.misses.Load() }
