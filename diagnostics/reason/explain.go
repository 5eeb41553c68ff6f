package reason

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// Explanation answers "what does this code mean".
type Explanation struct {
	Query     string // the code or text that was asked for
	Provider  string // id of the provider that was named, or empty
	Codes     []Code // the likeliest first; empty where no table has it
	More      int    // further codes whose texts match and that are left out
	Nearest   []Code // where Codes is empty: listed codes that look like it, all of one provider
	Elsewhere []Code // where Codes is empty and a provider was named: others that list the code
}

// textLimit is how many codes a text search lists.
const textLimit = 8

// queryLimit is how many bytes of a pasted text are searched for; sentences of
// providers are shorter.
const queryLimit = 400

// Explain looks up what a person typed after "otpdoctor explain": a provider or
// none, then a code, a status word or words of a provider's sentence. A code
// that nobody lists is no error; only a query without a code is.
func Explain(words []string) (Explanation, error) {
	fields := strings.Fields(strings.Join(words, " "))
	named, rest := splitProvider(fields)
	if len(rest) == 0 {
		if named != nil {
			return Explanation{}, fmt.Errorf("which code of %s?", named.title)
		}
		return Explanation{}, errors.New("which code?")
	}
	among := catalogues()
	e := Explanation{}
	if named != nil {
		among, e.Provider = []*catalogue{named}, named.id
	}
	for _, query := range readings(rest) {
		e.Query = query
		if e.Codes = exact(among, query); len(e.Codes) > 0 {
			return e, nil
		}
		if named != nil {
			if code, ok := Lookup(named.id, query); ok {
				e.Codes = []Code{code}
				return e, nil
			}
		}
	}
	e.Query = strings.Join(rest, " ")
	if named != nil {
		e.Elsewhere = exact(catalogues(), e.Query)
	}
	if isText(e.Query) {
		e.Codes, e.More = search(among, e.Query[:min(len(e.Query), queryLimit)])
	} else {
		e.Nearest = nearest(among, e.Query)
	}
	return e, nil
}

// Missing says in one sentence that no table has the code, and what comes near.
// It is empty where codes were found.
func (e Explanation) Missing() string {
	if len(e.Codes) > 0 {
		return ""
	}
	where := fmt.Sprintf("not in the tables of %d providers", len(catalogues()))
	if e.Provider != "" {
		where = "not in the table of " + ProviderTitle(e.Provider)
	}
	if len(e.Elsewhere) > 0 {
		return fmt.Sprintf("%s: %s, but in that of %s.", e.Query, where, strings.Join(titles(e.Elsewhere), ", "))
	}
	if len(e.Nearest) == 0 {
		return fmt.Sprintf("%s: %s.", e.Query, where)
	}
	var near []string
	for _, c := range e.Nearest {
		near = append(near, c.Code)
	}
	in := ""
	if e.Provider == "" {
		in = " in " + ProviderTitle(e.Nearest[0].Provider)
	}
	return fmt.Sprintf("%s: %s. Nearest%s: %s.", e.Query, where, in, strings.Join(near, ", "))
}

// Hint is what to type for one answer where several providers use the code, or empty.
func (e Explanation) Hint() string {
	for _, c := range e.Codes {
		if e.Provider == "" && c.Provider != e.Codes[0].Provider {
			return fmt.Sprintf("name the provider: otpdoctor explain %s %s", c.Provider, e.Query)
		}
	}
	return ""
}

// titles names the providers of codes, each once.
func titles(codes []Code) []string {
	var out []string
	for _, c := range codes {
		if t := ProviderTitle(c.Provider); !slices.Contains(out, t) {
			out = append(out, t)
		}
	}
	return out
}

// splitProvider takes a provider's name, of up to four words, off the front.
func splitProvider(fields []string) (*catalogue, []string) {
	for n := min(len(fields), 4); n > 0; n-- {
		if c := byName(strings.TrimSuffix(strings.Join(fields[:n], " "), ":")); c != nil {
			return c, fields[n:]
		}
	}
	return nil, fields
}

// readings gives the ways to read a query: as it stands, then without the words
// that people copy along with a code ("ErrorCode=30007", "error 30007", "err:006").
func readings(fields []string) []string {
	query := strings.Join(fields, " ")
	all := []string{query}
	if bare := strings.Trim(query, `"'#[](){},;`); bare != query && bare != "" {
		all = append(all, bare)
	}
	if i := strings.LastIndexAny(query, "=: "); i >= 0 {
		switch strings.ToLower(strings.Trim(query[:i], `"'= :`)) {
		case "error", "error code", "error_code", "errorcode", "err", "err-code", "code", "status", "stat", "status code", "reason", "command_status":
			if rest := strings.Trim(query[i+1:], `"',;`); rest != "" {
				all = append(all, rest)
			}
		}
	}
	return all
}

// exact finds every code of the catalogues that is the query, in whatever
// number space, the likeliest first.
func exact(among []*catalogue, query string) []Code {
	key := appendKey(nil, query)
	var out, rough []Code
	for _, c := range among {
		c.load()
		seen := map[int32]bool{}
		for _, spaces := range [][]string{c.spell(key, c.errors), c.spell(key, c.statuses)} {
			for i := range len(spaces) + 1 {
				at, inRange := c.find(key, spaces[max(0, i-1):i])
				if at < 0 || seen[at] {
					continue
				}
				seen[at] = true
				if inRange {
					rough = append(rough, c.code(at, true, query))
					continue
				}
				out = append(out, c.code(at, false, query))
			}
		}
		for at, code := range c.codes { // the other number spaces: submit:2 beside 2
			if i := strings.LastIndexByte(code.Code, ':'); i > 0 && code.Range == "" && !seen[int32(at)] &&
				string(appendKey(nil, code.Code[i+1:])) == string(key) {
				out = append(out, code)
			}
		}
	}
	if len(out) == 0 && (len(among) == 1 || len(rough) == 1) {
		return rough
	}
	return out
}

// isText says that a query is words to search for and not a number.
func isText(query string) bool {
	letters := 0
	for _, r := range query {
		if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r > 127 {
			letters++
		}
	}
	_, hex := parseNumber([]byte(strings.ToLower(query)))
	return letters > 1 && !hex
}

// search finds codes by their words. A sentence of the provider that holds the
// query or is held by it comes first, then titles, then most words in common.
func search(among []*catalogue, query string) (found []Code, more int) {
	key := string(appendKey(nil, query))
	want := tokens(key)
	type hit struct {
		code  Code
		score float64
	}
	var hits []hit
	for _, c := range among {
		c.load()
		for _, code := range c.codes {
			best := 0.0
			if key == code.Reason.String() {
				best = 1
			}
			for _, text := range append([]string{code.Code, code.Title}, code.Also...) {
				text = string(appendKey(nil, text))
				own := 1.0
				if text == string(appendKey(nil, code.Title)) {
					own = 0.9 // the provider's own words before ours
				}
				switch {
				case strings.HasPrefix(text, key) && wholeWords(text, key):
					best = max(best, own*(2+float64(len(key))/float64(len(text))))
				case wholeWords(text, key) || own == 1 && len(text) > 7 && strings.Contains(key, text):
					best = max(best, own*(1+float64(min(len(key), len(text)))/float64(max(len(key), len(text)))))
				default:
					best = max(best, own*alike(want, tokens(text)))
				}
			}
			if best >= 0.55 {
				hits = append(hits, hit{code, best})
			}
		}
	}
	slices.SortStableFunc(hits, func(a, b hit) int { return cmp.Compare(b.score, a.score) })
	for _, h := range hits {
		// What only shares words is left out where something holds the whole query.
		if hits[0].score > 1 && h.score <= 1 {
			break
		}
		if len(found) == textLimit {
			more++
			continue
		}
		found = append(found, h.code)
	}
	return found, more
}

// wholeWords says that text holds the words of key, none of them cut.
func wholeWords(text, key string) bool {
	i := strings.Index(text, key)
	return i >= 0 && (i == 0 || !isWord(text[i-1])) && (i+len(key) == len(text) || !isWord(text[i+len(key)]))
}

func isWord(b byte) bool { return b >= 'a' && b <= 'z' || b >= '0' && b <= '9' }

// tokens splits a key into words, without the ones that say nothing.
func tokens(key string) []string {
	words := strings.FieldsFunc(key, func(r rune) bool {
		return !(r >= 'a' && r <= 'z' || r >= '0' && r <= '9' || r > 127)
	})
	return slices.DeleteFunc(words, func(w string) bool {
		switch w {
		case "a", "an", "the", "is", "was", "has", "been", "to", "of", "by", "in", "on", "for", "or", "and", "this", "it", "your", "our", "my", "ec":
			return true
		}
		return false
	})
}

// alike is the share of a's words that b has, a little less for every word that
// b has besides. Words of five letters and more also match by their beginning
// (block and blocked do, stop and stopped do not).
func alike(a, b []string) float64 {
	if len(a) == 0 || len(b) == 0 {
		return 0
	}
	common := 0
	for _, w := range a {
		for _, v := range b {
			short, long := w, v
			if len(short) > len(long) {
				short, long = long, short
			}
			if short == long || len(short) >= 5 && strings.HasPrefix(long, short) {
				common++
				break
			}
		}
	}
	return float64(common)/float64(len(a)) - 0.01*float64(max(0, len(b)-common))
}

// nearest finds the listed codes that a slip of the keyboard turns into the
// query, all of the likeliest provider that has such a one. Codes about texts
// that came in are none that an agent asks for.
func nearest(among []*catalogue, query string) []Code {
	key := string(appendKey(nil, query))
	best, out := slipLimit, []Code(nil)
	for _, c := range among {
		c.load()
		for _, code := range c.codes {
			if code.Range != "" || strings.HasPrefix(code.Title, "inbound") {
				continue
			}
			listed := string(appendKey(nil, code.Code))
			if i := strings.LastIndexByte(listed, ':'); i >= 0 && !strings.Contains(key, ":") {
				listed = listed[i+1:]
			}
			d := slip(key, listed)
			if d > best || d == best && len(out) > 0 && out[0].Provider != code.Provider {
				continue
			}
			if d < best {
				best, out = d, nil
			}
			if len(out) < 3 {
				out = append(out, code)
			}
		}
	}
	return out
}

// slipLimit is how far a listed code may be from the one asked for: one wrong
// key anywhere, or three neighbouring keys.
const slipLimit = 3

// slip is the cost of typing b instead of a: 1 for a neighbouring digit key or two
// keys in the wrong order, 2 for a key pressed once instead of twice or the other
// way round, 3 for any other key, one left out or too many; a wrong first key costs 2
// more, for it is the one people copy right.
func slip(a, b string) int {
	if len(a) > 24 || len(b) > 24 || max(len(a), len(b))-min(len(a), len(b)) > 1 {
		return 99
	}
	// Damerau-Levenshtein over three rows: two back, one back, now.
	rows := [3][]int{make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)}
	for j := range rows[1] {
		rows[1][j] = 3 * j
	}
	for i := 1; i <= len(a); i++ {
		before, last, now := rows[(i+2)%3], rows[i%3], rows[(i+1)%3]
		now[0] = 3 * i
		for j := 1; j <= len(b); j++ {
			now[j] = min(last[j]+extraKey(a, i-1), now[j-1]+extraKey(b, j-1), last[j-1]+keyDistance(a[i-1], b[j-1]))
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] && a[i-1] != a[i-2] {
				now[j] = min(now[j], before[j-2]+1)
			}
		}
	}
	cost := rows[(len(a)+1)%3][len(b)]
	if a == "" || b == "" || a[0] != b[0] {
		cost += 2
	}
	return cost
}

// extraKey is what one key too many costs: little where it repeats the one before.
func extraKey(s string, i int) int {
	if i > 0 && s[i] == s[i-1] {
		return 2
	}
	return 3
}

// keyDistance is how far two keys lie apart on the row of digits, at most 3.
func keyDistance(a, b byte) int {
	const row = "1234567890"
	i, j := strings.IndexByte(row, a), strings.IndexByte(row, b)
	if a == b {
		return 0
	}
	if i < 0 || j < 0 {
		return 3
	}
	return min(3, max(i-j, j-i))
}
