package faq

import (
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

//go:embed data
var embedded embed.FS

var builtin = sync.OnceValue(func() *Set {
	data, err := fs.Sub(embedded, "data")
	if err == nil {
		var s *Set
		if s, err = read(data, nil); err == nil {
			err = problems(s.Validate())
		}
		if err == nil {
			return s
		}
	}
	panic("built-in FAQ: " + err.Error()) // a test holds that it loads
})

// Builtin returns the FAQ that is part of the program.
func Builtin() *Set { return builtin() }

// Load reads a FAQ set from the YAML files under fsys; docs/faq-format.md has
// their form. A set extends the built-in one, topic by topic and word by word,
// unless its set.yaml says "extends: none": then topics and practices are its
// own alone. Errors name file and line. A set that does not validate is not
// returned: the error then is the list of problems, one a line.
func Load(fsys fs.FS) (*Set, error) {
	s, err := LoadUnchecked(fsys)
	if err != nil {
		return nil, err
	}
	if err := problems(s.Validate()); err != nil {
		return nil, err
	}
	return s, nil
}

// LoadUnchecked is Load without the validation, for a command that lists what
// is wrong.
func LoadUnchecked(fsys fs.FS) (*Set, error) {
	base, err := fs.Sub(embedded, "data")
	if err != nil {
		return nil, err
	}
	return read(base, fsys)
}

// Problem is one thing that is wrong with a set.
type Problem struct {
	File string // relative to the set's folder; "built-in" files say so
	Line int    // from 1; 0 where none can be named
	What string
}

func (p Problem) String() string {
	if p.Line == 0 {
		return p.File + ": " + p.What
	}
	return fmt.Sprintf("%s:%d: %s", p.File, p.Line, p.What)
}

// Problems is an error that holds every problem of a set.
type Problems []Problem

func (p Problems) Error() string {
	lines := make([]string, len(p))
	for i, x := range p {
		lines[i] = x.String()
	}
	return strings.Join(lines, "\n")
}

func problems(list []Problem) error {
	if len(list) == 0 {
		return nil
	}
	return Problems(list)
}

// setFile is set.yaml.
type setFile struct {
	Extends   string            `yaml:"extends"`
	Name      string            `yaml:"name"`
	About     string            `yaml:"about"`
	Validity  string            `yaml:"validity"`
	Words     map[string]string `yaml:"words"`
	Order     []string          `yaml:"order"`
	Practices []Practice        `yaml:"practices"`
	Synonyms  [][]string        `yaml:"synonyms"`
}

type carriersFile struct {
	General  UnblockAdvice `yaml:"general"`
	Carriers []CarrierHelp `yaml:"carriers"`
}

// maxFile bounds one file of a set: they are written by hand.
const maxFile = 4 << 20

func read(base, over fs.FS) (*Set, error) {
	s := &Set{Words: map[string]string{}, sources: map[string]source{}}
	s.index = sync.OnceValue(func() *index { return newIndex(s) })
	var order []string
	if over == nil {
		if err := s.readLayer(base, "", &order); err != nil {
			return nil, err
		}
	} else {
		var f setFile
		src, err := readFile(over, "set.yaml", &f)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return nil, err
		}
		if err := s.readLayer(base, "built-in ", &order); err != nil {
			return nil, err
		}
		switch f.Extends {
		case "", "built-in":
		case "none":
			// The tables stay: without questions and causes there is no ticket.
			s.Topics, s.Practices, order = nil, nil, nil
		default:
			return nil, fmt.Errorf("set.yaml:%d: extends %q is neither built-in nor none", src.line("extends"), f.Extends)
		}
		if err := s.readLayer(over, "", &order); err != nil {
			return nil, err
		}
	}
	slices.SortStableFunc(s.Topics, func(a, b Topic) int { return place(order, a.ID) - place(order, b.ID) })
	s.fillStatic()
	return s, nil
}

// readLayer reads every file of a folder; what is there already under the same
// id is replaced.
func (s *Set) readLayer(fsys fs.FS, prefix string, order *[]string) error {
	names, err := yamlFiles(fsys)
	if err != nil {
		return err
	}
	if len(names) == 0 {
		return errors.New("no FAQ files (*.yaml) in the folder")
	}
	topics := map[string]string{} // id to file
	for _, name := range names {
		if err := s.readInto(fsys, name, prefix, order, topics); err != nil {
			return err
		}
	}
	return nil
}

func place(order []string, id string) int {
	if i := slices.Index(order, id); i >= 0 {
		return i
	}
	return len(order)
}

// maxEntries bounds a set's folder, so that a wrong one (a whole disk, say) is
// said to be wrong and not searched through.
const maxEntries = 2000

// yamlFiles lists the YAML files of a folder and those in it, hidden ones left out.
func yamlFiles(fsys fs.FS) ([]string, error) {
	var names []string
	entries := 0
	err := fs.WalkDir(fsys, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entries++; entries > maxEntries {
			return fmt.Errorf("more than %d files and folders: this is no FAQ set", maxEntries)
		}
		if name != "." && strings.HasPrefix(d.Name(), ".") {
			if d.IsDir() {
				return fs.SkipDir
			}
			return nil
		}
		if !d.IsDir() && (path.Ext(name) == ".yaml" || path.Ext(name) == ".yml") {
			names = append(names, name)
		}
		return nil
	})
	return names, err
}

func (s *Set) readInto(fsys fs.FS, name, prefix string, order *[]string, topics map[string]string) error {
	var err error
	src := source{}
	switch path.Base(name) {
	case "set.yaml":
		var f setFile
		if src, err = readFile(fsys, name, &f); err != nil {
			return err
		}
		if f.Name != "" {
			s.Name = f.Name
		}
		if f.About != "" {
			s.About = f.About
		}
		if f.Validity != "" {
			d, err := time.ParseDuration(f.Validity)
			if err != nil || d <= 0 {
				return fmt.Errorf("%s:%d: validity %q is not a duration such as 3m", name, src.line("validity"), f.Validity)
			}
			s.Validity = d
		}
		for k, v := range f.Words {
			s.Words[k] = v
		}
		if len(f.Order) > 0 {
			*order = f.Order
		}
		for _, p := range f.Practices {
			s.Practices = replace(s.Practices, p, func(x Practice) bool { return x.ID == p.ID })
		}
		s.Synonyms = append(s.Synonyms, f.Synonyms...)
	case "questions.yaml":
		var f []Question
		if src, err = readFile(fsys, name, &f); err != nil {
			return err
		}
		for i, q := range f {
			if q.Number < 1 || q.Number > len(s.Questions) {
				return fmt.Errorf("%s:%d: question number %d is not between 1 and %d", name, src.line(strconv.Itoa(i)), q.Number, len(s.Questions))
			}
			s.Questions[q.Number-1] = q
		}
	case "causes.yaml":
		var f []Cause
		if src, err = readFile(fsys, name, &f); err != nil {
			return err
		}
		for i, c := range f {
			s.Causes = replace(s.Causes, c, func(x Cause) bool { return x.ID == c.ID })
			s.sources["cause/"+c.ID] = src.part(strconv.Itoa(i), prefix)
		}
	case "carriers.yaml":
		var f carriersFile
		if src, err = readFile(fsys, name, &f); err != nil {
			return err
		}
		if f.General.Tell != "" {
			s.Unblock = f.General
		}
		for i, c := range f.Carriers {
			s.Carriers = replace(s.Carriers, c, func(x CarrierHelp) bool { return x.Carrier == c.Carrier && x.Country == c.Country })
			s.sources["carrier/"+c.Country+"/"+c.Carrier] = src.part("carriers."+strconv.Itoa(i), prefix)
		}
	case "lockout.yaml":
		var f LockoutForm
		if src, err = readFile(fsys, name, &f); err != nil {
			return err
		}
		s.LockoutIn = f
	default:
		var t Topic
		if src, err = readFile(fsys, name, &t); err != nil {
			return err
		}
		if t.ID == "" {
			return fmt.Errorf("%s:1: topic without an id", name)
		}
		if other, twice := topics[t.ID]; twice {
			return fmt.Errorf("%s:%d: topic %q is in %s already", name, src.line("id"), t.ID, other)
		}
		topics[t.ID] = name
		s.Topics = replace(s.Topics, t, func(x Topic) bool { return x.ID == t.ID })
		s.sources["topic/"+t.ID] = src.part("", prefix)
	}
	s.sources["file/"+path.Base(name)] = src.part("", prefix)
	return nil
}

func replace[T any](list []T, x T, same func(T) bool) []T {
	if i := slices.IndexFunc(list, same); i >= 0 {
		list[i] = x
		return list
	}
	return append(list, x)
}

// fillStatic puts the set's own words into every text, and the validity into
// those that are read as they stand. What depends on a case stays a template.
func (s *Set) fillStatic() {
	put := func(texts ...*string) {
		for _, t := range texts {
			*t = s.fillOwn(*t)
		}
	}
	for i := range s.Topics {
		t := &s.Topics[i]
		put(&t.Label, &t.Caller, &t.Question, &t.Body)
		t.body = t.Body
		t.Body = strings.ReplaceAll(t.body, "{validity}", inWords(s.Validity))
		for j := range t.Steps {
			st := &t.Steps[j]
			put(&st.Title, &st.Ask, &st.Explain)
			for _, b := range []*Branch{&st.Yes, &st.No, &st.Unknown} {
				put(&b.Hint, &b.Say)
			}
			for k, v := range st.Say {
				put(&v)
				st.Say[k] = v
			}
		}
		for j := range t.Outcomes {
			o := &t.Outcomes[j]
			put(&o.Title, &o.Tell, &o.Next)
		}
	}
	for i := range s.Questions {
		put(&s.Questions[i].Short, &s.Questions[i].Text, &s.Questions[i].Ask)
	}
	for i := range s.Practices {
		put(&s.Practices[i].Title, &s.Practices[i].Body)
	}
	for i := range s.Causes {
		c := &s.Causes[i]
		put(&c.Title, &c.TitleWith, &c.Reply, &c.Next)
	}
}

var ownWord = regexp.MustCompile(`\{([a-z_]+)\}`)

func (s *Set) fillOwn(text string) string {
	var b strings.Builder
	for {
		at := ownWord.FindStringSubmatchIndex(text)
		if at == nil {
			b.WriteString(text)
			return b.String()
		}
		b.WriteString(text[:at[0]])
		word, ok := s.Words[text[at[2]:at[3]]]
		switch {
		case !ok:
			word = text[at[0]:at[1]]
		case beginsSentence(b.String()):
			word = capital(word)
		}
		b.WriteString(word)
		text = text[at[1]:]
	}
}
