package faq

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"regexp"
	"strconv"
	"strings"
	"sync"

	"gopkg.in/yaml.v3"
)

// source is a file of a set, or a part of one, for saying where something is
// wrong. Its lines are looked up only then.
type source struct {
	file  string                // as it is named in a problem
	at    string                // the part: "carriers.3"
	lines func() map[string]int // of the whole file, by path: "steps.3.yes.next"
}

func (s source) problem(where, format string, args ...any) Problem {
	return Problem{File: s.file, Line: s.line(where), What: fmt.Sprintf(format, args...)}
}

// line finds a path, or the nearest thing above it that has a line.
func (s source) line(where string) int {
	if s.lines == nil {
		return 0
	}
	lines := s.lines()
	for at := join(s.at, where); at != ""; {
		if line, ok := lines[at]; ok {
			return line
		}
		at = at[:max(0, strings.LastIndexByte(at, '.'))]
	}
	return 1
}

// part is the source below a path, its file name prefixed.
func (s source) part(at, prefix string) source {
	return source{file: prefix + s.file, at: join(s.at, at), lines: s.lines}
}

func join(at, key string) string {
	switch {
	case at == "":
		return key
	case key == "":
		return at
	}
	return at + "." + key
}

// readFile decodes strictly: a key that the form does not have is an error, so
// that a misspelled one does not vanish.
func readFile(fsys fs.FS, name string, into any) (source, error) {
	src := source{file: name}
	f, err := fsys.Open(name)
	if err != nil {
		return src, err
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, maxFile+1))
	if err != nil {
		return src, fmt.Errorf("%s: %w", name, err)
	}
	if len(text) > maxFile {
		return src, fmt.Errorf("%s: larger than %d MiB", name, maxFile>>20)
	}
	src.lines = sync.OnceValue(func() map[string]int { return linesOf(text) })
	dec := yaml.NewDecoder(bytes.NewReader(text))
	dec.KnownFields(true)
	if err := dec.Decode(into); err != nil && !errors.Is(err, io.EOF) {
		return src, yamlError(name, err)
	}
	return src, nil
}

// linesOf notes the line of every part of a document that has been read once
// already. Aliases are not followed: they may nest.
func linesOf(text []byte) map[string]int {
	lines := map[string]int{}
	var doc yaml.Node
	if yaml.Unmarshal(text, &doc) != nil {
		return lines
	}
	var note func(n *yaml.Node, at string)
	note = func(n *yaml.Node, at string) {
		if _, ok := lines[at]; !ok {
			lines[at] = n.Line
		}
		switch n.Kind {
		case yaml.DocumentNode:
			for _, c := range n.Content {
				note(c, at)
			}
		case yaml.MappingNode:
			for i := 0; i+1 < len(n.Content); i += 2 {
				key := join(at, n.Content[i].Value)
				lines[key] = n.Content[i].Line
				note(n.Content[i+1], key)
			}
		case yaml.SequenceNode:
			for i, c := range n.Content {
				note(c, join(at, strconv.Itoa(i)))
			}
		}
	}
	note(&doc, "")
	return lines
}

// yamlError puts the position first: "topic.yaml:12: ...", one problem a line.
func yamlError(name string, err error) error {
	if typed := (*yaml.TypeError)(nil); errors.As(err, &typed) {
		lines := make([]string, len(typed.Errors))
		for i, e := range typed.Errors {
			lines[i] = position(name, e)
		}
		return errors.New(strings.Join(lines, "\n"))
	}
	return errors.New(position(name, strings.TrimPrefix(err.Error(), "yaml: ")))
}

var (
	yamlLine = regexp.MustCompile(`line (\d+): `)
	goType   = regexp.MustCompile(` into [\w.\[\]]+`)
)

func position(name, text string) string {
	line := ""
	if m := yamlLine.FindStringSubmatch(text); m != nil {
		line = m[1] + ":"
		text = strings.Replace(text, m[0], "", 1)
	}
	if strings.HasPrefix(text, "field ") && strings.Contains(text, " not found in type ") {
		text = "unknown key " + strconv.Quote(strings.Fields(text)[1])
	}
	return fmt.Sprintf("%s:%s %s", name, line, goType.ReplaceAllString(text, ""))
}
