// Package strictjson decodes JSON that a verdict depends on.
//
// encoding/json is lenient where a verifier must not be: it takes the last of two equal fields, matches names
// without regard to case, ignores fields that it does not know and leaves absent ones at zero. A byte that changes
// a field's name would then silently take the field out of the check. [Decode] refuses all of these, and says at
// which byte. [Reader] takes a stream of documents apart with a bound on each.
//
// Values at the leaves are still decoded by encoding/json and the types' own UnmarshalJSON.
package strictjson
