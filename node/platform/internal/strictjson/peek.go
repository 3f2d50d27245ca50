package strictjson

import "bytes"

// Peek lists the names of members, at any depth, in the beginning of a file that may be JSON and may be cut off
// anywhere; nil where it begins with neither an object nor a list. It is for guessing what a file is: the text need
// not be valid.
func Peek(head []byte) map[string]bool {
	i := space(head, 0)
	if i == len(head) || head[i] != '{' && head[i] != '[' {
		return nil
	}
	names := map[string]bool{}
	for {
		open := bytes.IndexByte(head[i:], '"')
		if open < 0 {
			return names
		}
		i += open
		end := i + 1
		for end < len(head) && head[end] != '"' {
			if head[end] == '\\' {
				end++
			}
			end++
		}
		if end >= len(head) {
			return names
		}
		name := head[i+1 : end]
		i = space(head, end+1)
		if i < len(head) && head[i] == ':' {
			names[string(name)] = true
		}
	}
}
