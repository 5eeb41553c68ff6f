package export

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"golang.org/x/net/html"

	"cli.otpdoctor/diagnostics/number"
)

// Known are values of a case that a text alone does not give away as personal.
type Known struct {
	Firm    string
	Names   []string
	Numbers []string // as people write them
}

// ErrNotText says that a file cannot be masked afterwards.
var ErrNotText = errors.New("is no text, JSON, CSV, Markdown or HTML: write it again with --redact")

// RedactFile masks a report that was written before, by what is known of its
// case, what it says of it itself, and what looks like a phone number, an e-mail
// address or a web address. JSON stays JSON, CSV stays CSV, and of HTML the text
// alone changes. It returns the count of what was masked, in words.
func RedactFile(w io.Writer, data []byte, k Known, o Options) (masked string, err error) {
	o.Redact = true
	red := newRedactor(o)
	if bytes.HasPrefix(data, []byte("%PDF")) || bytes.HasPrefix(data, []byte("PK\x03\x04")) || !utf8.Valid(data) || bytes.IndexByte(data, 0) >= 0 {
		return "", ErrNotText
	}
	red.learn(k)
	text := string(data)
	start := strings.TrimSpace(strings.TrimPrefix(text, "\ufeff"))
	var out string
	switch {
	case strings.HasPrefix(start, "{") || strings.HasPrefix(start, "["):
		out, err = redactJSON(text, red)
	case strings.HasPrefix(strings.ToLower(start), "<!doctype html") || strings.HasPrefix(strings.ToLower(start), "<html"):
		out, err = redactHTML(text, red)
	case strings.Contains(text, "Content-Transfer-Encoding:"):
		return "", ErrNotText // the parts of a mail are encoded
	case looksLikeCSV(start):
		out, err = redactCSV(text, red)
	default:
		out = red.lines(text)
	}
	if err != nil {
		return "", err
	}
	_, err = io.WriteString(w, out)
	return red.masked(), err
}

// learn makes values known that a text alone does not give away.
func (r *redactor) learn(k Known) {
	r.firm(k.Firm)
	for _, name := range k.Names {
		r.person(name, "[name]")
	}
	for _, s := range k.Numbers {
		r.knowText(s)
	}
}

// knowText makes a number known that a person wrote.
func (r *redactor) knowText(s string) {
	if n := number.Check(s, ""); n.Valid {
		r.know(number.ParseMSISDN([]byte(n.E164), ""))
		return
	}
	r.know(number.ParseMSISDN([]byte(s), ""))
}

// redactJSON masks every string of a JSON text and leaves all else as it is,
// spaces and the order of keys included. Several values, as JSON lines have
// them, are fine.
func redactJSON(text string, red *redactor) (string, error) {
	d := json.NewDecoder(strings.NewReader(text))
	for {
		var v any
		err := d.Decode(&v)
		if err == io.EOF {
			break
		}
		if err != nil {
			return "", fmt.Errorf("not JSON: %w", err)
		}
		learnJSON(v, red)
	}
	red.forget()
	var b strings.Builder
	for i := 0; i < len(text); {
		if text[i] != '"' {
			b.WriteByte(text[i])
			i++
			continue
		}
		end := i + 1
		for end < len(text) && text[end] != '"' {
			if text[end] == '\\' {
				end++
			}
			end++
		}
		end = min(end+1, len(text))
		var s string
		rest := strings.TrimLeft(text[end:], " \t\r\n")
		if err := json.Unmarshal([]byte(text[i:end]), &s); err != nil || strings.HasPrefix(rest, ":") {
			b.WriteString(Clean(text[i:end])) // a key
		} else {
			b.Write(appendString(nil, red.lines(s)))
		}
		i = end
	}
	return b.String(), nil
}

// learnJSON finds the personal values that a report of ours names by key.
func learnJSON(v any, red *redactor) {
	switch v := v.(type) {
	case map[string]any:
		for key, x := range v {
			if s, ok := x.(string); ok {
				switch key {
				case "firm_url":
					red.firm(s)
				case "e164", "number", "to", "input":
					red.knowText(s)
				case "message_id", "external_id", "correlation_id":
					red.id(s)
				}
			}
			if list, ok := x.([]any); ok && key == "numbers" {
				for _, n := range list {
					if s, ok := n.(string); ok {
						red.knowText(s)
					}
				}
			}
			learnJSON(x, red)
		}
		// A field of a lock-out request says in its id what it is.
		if value, ok := v["value"].(string); ok {
			switch v["id"] {
			case "admin_name":
				red.person(value, "[administrator]")
			case "firm_url":
				red.firm(value)
			}
		}
	case []any:
		for _, x := range v {
			learnJSON(x, red)
		}
	}
}

func redactHTML(text string, red *redactor) (string, error) {
	z := html.NewTokenizer(strings.NewReader(text))
	var b strings.Builder
	raw := false
	for {
		kind := z.Next()
		switch kind {
		case html.ErrorToken:
			if z.Err() != io.EOF {
				return "", z.Err()
			}
			return CleanLines(b.String()), nil
		case html.TextToken:
			if raw {
				b.Write(z.Raw())
				continue
			}
			b.WriteString(html.EscapeString(red.lines(string(z.Text()))))
		case html.CommentToken:
		case html.StartTagToken, html.EndTagToken:
			whole := string(z.Raw()) // the tag's name makes the tokenizer change its bytes
			name, _ := z.TagName()
			if string(name) == "style" {
				raw = kind == html.StartTagToken
			}
			b.WriteString(whole)
		default:
			b.Write(z.Raw())
		}
	}
}

// looksLikeCSV says whether the first line is a header of ours or of a log.
func looksLikeCSV(text string) bool {
	head, _, _ := strings.Cut(text, "\n")
	return strings.Count(head, ",") >= 2 && !strings.ContainsAny(head, ". ")
}

func redactCSV(text string, red *redactor) (string, error) {
	r := csv.NewReader(strings.NewReader(text))
	r.FieldsPerRecord, r.LazyQuotes = -1, true
	rows, err := r.ReadAll()
	if err != nil {
		return "", err
	}
	if len(rows) > 0 {
		for i, h := range rows[0] {
			for _, row := range rows[1:] {
				if i >= len(row) {
					continue
				}
				switch strings.ToLower(h) {
				case "to", "number", "e164", "phone", "user":
					red.knowText(row[i])
				case "message_id":
					red.id(row[i])
				}
			}
		}
		red.forget()
	}
	var b strings.Builder
	w := csv.NewWriter(&b)
	w.UseCRLF = strings.Contains(text, "\r\n")
	for i, row := range rows {
		for j := range row {
			if i > 0 {
				row[j] = csvCell(red.lines(strings.TrimPrefix(row[j], "'")))
			} else {
				row[j] = csvCell(CleanLines(row[j]))
			}
		}
		if err := w.Write(row); err != nil {
			return "", err
		}
	}
	w.Flush()
	return b.String(), w.Error()
}
