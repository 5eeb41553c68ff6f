package faq

import (
	"cmp"
	"math"
	"regexp"
	"slices"
	"strings"
	"unicode"
)

// Hit is a place in the FAQ that fits a search.
type Hit struct {
	TopicID string  `json:"topic"`
	StepID  string  `json:"step,omitempty"` // empty: the topic as a whole
	Title   string  `json:"title"`
	Snippet string  `json:"snippet"` // the line that fits best
	Score   float64 `json:"score"`   // higher fits better; comparable within one search only
}

// passage is what one hit can point to, with its words weighted.
type passage struct {
	topic, step, title string
	lines              []string
	weights            map[string]float64 // by word
}

type index struct {
	passages []passage
	rarity   map[string]float64 // of every word: how few passages have it
	alike    map[string]int     // word to its group of synonyms
}

// words that tell nothing apart. "not" stays: callers say what does not work.
var stop = map[string]bool{}

func init() {
	for _, w := range strings.Fields("a an the and or but of to in on at for with is are was be been am it its this that i i'm im my me we our you your he she they them their his her have has had do does did can could will would should if then so as by from up out just what when how why where who which there here") {
		stop[w] = true
	}
}

func newIndex(s *Set) *index {
	x := &index{rarity: map[string]float64{}, alike: map[string]int{}}
	for i, group := range s.Synonyms {
		for _, phrase := range group {
			for _, w := range split(phrase) {
				x.alike[w] = i + 1
			}
		}
	}
	for _, t := range s.Topics {
		whole := passage{topic: t.ID, title: t.Label, weights: map[string]float64{}}
		whole.put(4, t.Label, t.Caller, t.Question)
		whole.put(3, t.Keywords...)
		whole.lines = append(whole.lines, t.Question)
		whole.lines = append(whole.lines, sentences(t.Body)...)
		whole.put(1, whole.lines[1:]...)
		x.passages = append(x.passages, whole)
		for _, st := range t.Steps {
			if st.Asks != "" && t.ID == "everything-tried" {
				continue // the ticket's questions touch every subject and answer none
			}
			p := passage{topic: t.ID, step: st.ID, title: s.Fill(st.Title, nil), weights: map[string]float64{}}
			p.lines = []string{s.Fill(st.Title, nil), s.Fill(st.Explain, nil), s.Fill(st.Ask, nil)}
			p.put(2, p.lines[0])
			p.put(1, p.lines[1:]...)
			x.passages = append(x.passages, p)
		}
	}
	for _, advice := range s.Practices {
		if len(advice.Topics) == 0 {
			continue
		}
		p := passage{topic: advice.Topics[0], title: advice.Title, lines: []string{advice.Title}, weights: map[string]float64{}}
		p.lines = append(p.lines, sentences(advice.Body)...)
		p.put(2, advice.Title)
		p.put(1, p.lines[1:]...)
		x.passages = append(x.passages, p)
	}
	count := map[string]int{}
	for _, p := range x.passages {
		for w := range p.weights {
			count[w]++
		}
	}
	for w, n := range count {
		x.rarity[w] = math.Log(1 + float64(len(x.passages))/float64(n))
	}
	return x
}

func (p *passage) put(weight float64, texts ...string) {
	for _, text := range texts {
		for _, w := range split(text) {
			p.weights[w] = max(p.weights[w], weight)
		}
	}
}

// Search finds what fits the words of a user, best first. Misspelled words and
// other words for the same thing are understood; nil means that nothing fits.
func (s *Set) Search(words string) []Hit {
	query := split(words)
	if len(query) == 0 || s.index == nil {
		return nil
	}
	index := s.index()
	if len(query) > 40 {
		query = query[:40]
	}
	// What each word of the query can stand for, and how surely.
	reads := make([]map[string]float64, len(query))
	for i, q := range query {
		reads[i] = index.readings(q)
	}
	var hits []Hit
	for _, p := range index.passages {
		score, matched := 0.0, 0
		for _, read := range reads {
			best := 0.0
			for w, sure := range read {
				best = max(best, sure*p.weights[w]*index.rarity[w])
			}
			if best > 0 {
				matched++
			}
			score += best
		}
		if matched == 0 {
			continue
		}
		score *= float64(matched) / float64(len(query))
		if p.step != "" {
			score *= 0.9 // of equals, the topic first
		}
		hits = append(hits, Hit{TopicID: p.topic, StepID: p.step, Title: p.title, Snippet: p.bestLine(reads), Score: math.Round(score*1000) / 1000})
	}
	slices.SortStableFunc(hits, func(a, b Hit) int { return cmp.Compare(b.Score, a.Score) })
	for i, h := range hits {
		if h.Score < hits[0].Score/4 {
			return hits[:i]
		}
	}
	return hits
}

func (x *index) readings(q string) map[string]float64 {
	read := map[string]float64{}
	group := x.alike[q]
	_, known := x.rarity[q]
	if group == 0 && !known {
		// A misspelled word still belongs to its group.
		best := 0.7
		for w, g := range x.alike {
			if sure := near(q, w); sure > best || sure == best && group > g {
				group, best = g, sure
			}
		}
	}
	for w := range x.rarity {
		sure := near(q, w)
		if known && w != q && !strings.HasPrefix(w, q) {
			sure = 0 // a word that stands in the FAQ is not another one misspelled
		}
		if group != 0 && x.alike[w] == group {
			sure = max(sure, 0.8)
		}
		if sure > 0 {
			read[w] = sure
		}
	}
	return read
}

// near says how surely a typed word means another, from 0 to 1.
func near(typed, word string) float64 {
	switch {
	case typed == word:
		return 1
	case len(typed) >= 3 && strings.HasPrefix(word, typed):
		return 0.5 + 0.4*float64(len(typed))/float64(len(word))
	case len(typed) < 4 || len(word) < 4:
		return 0
	}
	allowed := 1
	if len(typed) >= 8 {
		allowed = 2
	}
	if d := distance(typed, word); d <= allowed {
		return 0.85 - 0.1*float64(d)
	}
	return 0
}

func (p passage) bestLine(reads []map[string]float64) string {
	best, most := p.lines[0], 0.0
	for i, line := range p.lines {
		score := 0.0
		has := split(line)
		for _, read := range reads {
			top := 0.0
			for _, w := range has {
				top = max(top, read[w])
			}
			score += top
		}
		if score > most || i == 0 {
			best, most = line, score
		}
	}
	return best
}

var listMark = regexp.MustCompile(`^([-*]|\d+\.) +`)

// sentences takes Markdown apart into what can be quoted: sentences without
// marks, table rows left out.
func sentences(markdown string) []string {
	var list []string
	paragraph := ""
	flush := func() {
		for rest := strings.TrimSpace(paragraph); rest != ""; {
			end := strings.Index(rest, ". ")
			if end < 0 {
				list = append(list, rest)
				break
			}
			list = append(list, rest[:end+1])
			rest = rest[end+2:]
		}
		paragraph = ""
	}
	for line := range strings.Lines(markdown) {
		line = strings.TrimSpace(line)
		item := listMark.FindString(line)
		if line == "" || item != "" || strings.HasPrefix(line, "#") || strings.HasPrefix(line, "|") {
			flush()
		}
		if strings.HasPrefix(line, "|") {
			continue
		}
		line = strings.NewReplacer("**", "", "`", "", "*", "").Replace(strings.TrimLeft(line[len(item):], "# "))
		paragraph += line + " "
	}
	flush()
	return list
}

// split breaks a text into words as they are compared: lower case, without
// endings, and with "n't" as the word not.
func split(text string) []string {
	text = strings.NewReplacer("’", "'", "n't", " not", "cannot", "can not", "{", " ", "}", " ", "e-mail", "email", "two-factor", "twofactor", "2fa", "twofactor").Replace(strings.ToLower(text))
	var words []string
	for _, w := range strings.FieldsFunc(text, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) && r != '\'' }) {
		w = strings.Trim(w, "'")
		if w == "" || stop[w] {
			continue
		}
		words = append(words, stem(w))
	}
	return words
}

func stem(w string) string {
	if len(w) < 5 {
		return strings.TrimSuffix(w, "s")
	}
	for _, end := range []string{"ings", "ing", "ies", "ied", "ed", "es", "s"} {
		if root, ok := strings.CutSuffix(w, end); ok && len(root) >= 3 && !strings.HasSuffix(w, "ss") {
			switch end {
			case "ies", "ied":
				return root + "y"
			}
			return strings.TrimSuffix(root, "e")
		}
	}
	return strings.TrimSuffix(w, "e")
}

// distance counts insertions, deletions, changes and swaps of neighbours; words
// too long to be words count as far apart.
func distance(a, b string) int {
	x, y := []rune(a), []rune(b)
	if len(x)-len(y) > 2 || len(y)-len(x) > 2 || len(x) > 40 {
		return 99
	}
	rows := make([][]int, len(x)+1)
	for i := range rows {
		rows[i] = make([]int, len(y)+1)
		rows[i][0] = i
	}
	for j := range y {
		rows[0][j+1] = j + 1
	}
	for i := 1; i <= len(x); i++ {
		for j := 1; j <= len(y); j++ {
			cost := 1
			if x[i-1] == y[j-1] {
				cost = 0
			}
			rows[i][j] = min(rows[i-1][j]+1, rows[i][j-1]+1, rows[i-1][j-1]+cost)
			if i > 1 && j > 1 && x[i-1] == y[j-2] && x[i-2] == y[j-1] {
				rows[i][j] = min(rows[i][j], rows[i-2][j-2]+1)
			}
		}
	}
	return rows[len(x)][len(y)]
}

// Nearest returns the topic ids that come closest to an unknown one, at most
// three, best first: by spelling, else by what the words mean.
func (s *Set) Nearest(id string) []string {
	typed := strings.ToLower(strings.NewReplacer("_", "-", " ", "-").Replace(id))
	type rated struct {
		id    string
		score int
	}
	var list []rated
	for _, t := range s.Topics {
		for _, name := range []string{t.ID, strings.ToLower(strings.ReplaceAll(t.Label, " ", "-"))} {
			d := distance(typed, name)
			if len(typed) >= 3 && (strings.HasPrefix(name, typed) || strings.Contains("-"+name+"-", "-"+typed+"-")) {
				d = min(d, 1)
			}
			if d <= max(2, len(name)/3) && d < 99 {
				list = append(list, rated{t.ID, d})
			}
		}
	}
	slices.SortStableFunc(list, func(a, b rated) int { return a.score - b.score })
	var ids []string
	add := func(id string) {
		if len(ids) < 3 && !slices.Contains(ids, id) {
			ids = append(ids, id)
		}
	}
	for _, r := range list {
		add(r.id)
	}
	if len(ids) == 0 {
		for _, h := range s.Search(strings.ReplaceAll(typed, "-", " ")) {
			add(h.TopicID)
		}
	}
	return ids
}
