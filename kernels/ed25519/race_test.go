//go:build race && amd64 && !purego

package ed25519

const raceEnabled = true
