package strictjson

// The functions below walk text that json.Valid accepted, so they need not look for syntax errors.

// space skips white space from i on.
func space(p []byte, i int) int {
	for i < len(p) && (p[i] == ' ' || p[i] == '\t' || p[i] == '\n' || p[i] == '\r') {
		i++
	}
	return i
}

// text is the index after the string literal that begins at i.
func text(p []byte, i int) int {
	for i++; p[i] != '"'; i++ {
		if p[i] == '\\' {
			i++
		}
	}
	return i + 1
}

// value is the index after the value that begins at i.
func value(p []byte, i int) int {
	for depth := 0; i < len(p); {
		switch c := p[i]; c {
		case '"':
			i = text(p, i)
		case '{', '[':
			depth++
			i++
			continue
		case '}', ']':
			if depth == 0 {
				return i // the end of what a number stands in
			}
			depth--
			i++
		case ' ', '\t', '\n', '\r', ',', ':':
			if depth == 0 {
				return i
			}
			i++
			continue
		default: // a number or a literal
			for i < len(p) && isScalar(p[i]) {
				i++
			}
		}
		if depth == 0 {
			return i
		}
	}
	return i
}

func isScalar(c byte) bool {
	return c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c == '+' || c == '-' || c == '.' || c == 'E'
}

// elements calls yield with the bounds of each element of the list that begins at i, until it returns an error.
func elements(p []byte, i int, yield func(lo, hi int) error) error {
	for i = space(p, i+1); p[i] != ']'; {
		hi := value(p, i)
		if err := yield(i, hi); err != nil {
			return err
		}
		if i = space(p, hi); p[i] == ',' {
			i = space(p, i+1)
		}
	}
	return nil
}

// members calls yield with the bounds of the name, quotes included, and of the value of each member of the object
// that begins at i, until it returns an error.
func members(p []byte, i int, yield func(name, nameEnd, lo, hi int) error) error {
	for i = space(p, i+1); p[i] != '}'; {
		nameEnd := text(p, i)
		lo := space(p, space(p, nameEnd)+1) // after the colon
		hi := value(p, lo)
		if err := yield(i, nameEnd, lo, hi); err != nil {
			return err
		}
		if i = space(p, hi); p[i] == ',' {
			i = space(p, i+1)
		}
	}
	return nil
}
