package export

import (
	"strings"
	"testing"
	"unicode"

	"cli.otpdoctor/faq"
)

func TestMarkdownText(t *testing.T) {
	for _, c := range []struct {
		name, markdown, want string
		o                    Options
	}{
		{"paragraphs join their lines", "# Head\n\npara\nrest\n\nnext  \nline\n", "Head\n\npara rest\n\nnext\nline\n", Options{}},
		{"a tight list hangs", "8. one two three four\n   `+44` too\n9. b\n10. c\n", " 8. one two three\n    four +44 too\n 9. b\n10. c\n", Options{Width: 20}},
		{"a loose list, lists within", "- a\n\n  b\n- c\n  - d\n    1. e\n", "- a\n\n  b\n\n- c\n\n  - d\n    1. e\n", Options{}},
		{"an empty item keeps its mark", "-\n- a\n", "-\n- a\n", Options{}},
		{"marks go, escapes and entities once", "**a** _b_ \\*c\\* &lt;d&gt; &amp;amp; \\&amp; `\\e &lt;`", "a b *c* <d> &amp; &amp; \\e &lt;\n", Options{}},
		{"links keep their address", "[help](https://h.example/?a=1&amp;b) <https://h.example> ![logo](l.png) [x@h.example](mailto:x@h.example)",
			"help (https://h.example/?a=1&b) https://h.example logo (l.png) x@h.example\n", Options{Width: 120}},
		{"code as it stands", "```sh\na  **b**\n\tc\n```\n\n    d  e\n", "    a  **b**\n        c\n\n    d  e\n", Options{}},
		{"a quotation, a break", "> said\n> so\n\n***\n", "  said so\n\n---\n", Options{}},
		{"HTML stays", "a <b>c</b>\n\n<div>\nd\n</div>\n", "a <b>c</b>\n\n<div>\nd\n</div>\n", Options{}},
		{"a table", "| typed | code |\n| --- | ---: |\n| a **b** | 44 |\n| `c` |\n", "typed  code\n-----  ----\na b      44\nc\n", Options{}},
		{"a table without room", "| typed | code |\n| --- | --- |\n| a long cell of words | 44 |\n| c | 1 |\n",
			"typed: a long cell\nof words\ncode: 44\n\ntyped: c\ncode: 1\n", Options{Width: 20}},
		{"a table that is heard", "| typed | code |\n| --- | --- |\n| a **b** | 44 |\n| c |\n", "typed: a b\ncode: 44\n\ntyped: c\ncode:\n", Options{Heard: true}},
		{"a table in an item", "- a\n\n  | b | c |\n  | - | - |\n  | d | e |\n", "- a\n\n  b  c\n  -  -\n  d  e\n", Options{}},
		{"bold goes on over lines", "a **b c d e f g h i j k l m** n", "a \x1b[1mb c d e f g h i j\x1b[0m\n\x1b[1mk l m\x1b[0m n\n", Options{Width: 20, Color: true}},
		{"bold within bold", "# a **b** c\n", "\x1b[1ma b c\x1b[0m\n", Options{Color: true}},
		{"nothing moves the cursor", "a \x1b[2J &#27;[2J `\x1b[2J` \u202e <a\x1b[2J>\n", "a ␛[2J ␛[2J ␛[2J [U+202E] <a␛[2J>\n", Options{}},
		{"nor turns bold on", "a \x0e b &#14; c\n", "a ␎ b ␎ c\n", Options{Color: true}},
	} {
		t.Run(c.name, func(t *testing.T) {
			var b strings.Builder
			if err := MarkdownText(&b, c.markdown, c.o); err != nil {
				t.Fatal(err)
			}
			if got := b.String(); got != c.want {
				t.Errorf("got\n%q, want\n%q", got, c.want)
			}
		})
	}
}

// Advice in a list keeps its own paragraphs and tables.
func TestFAQMarkdownKeepsTables(t *testing.T) {
	set := faq.Builtin()
	topic, ok := set.Topic("no-code")
	if !ok {
		t.Fatal("no topic no-code")
	}
	markdown := FAQMarkdown(set, []faq.Topic{topic})
	if !strings.Contains(markdown, "\n  | --- |") {
		t.Fatalf("no table in\n%s", markdown)
	}
	for _, width := range []int{20, 80} {
		var b strings.Builder
		if err := MarkdownText(&b, markdown, Options{Width: width}); err != nil {
			t.Fatal(err)
		}
		if strings.ContainsAny(b.String(), "|*`") {
			t.Errorf("marks are left in\n%s", b.String())
		}
		for line := range strings.Lines(b.String()) {
			if n := cells(strings.TrimSuffix(line, "\n")); n > width {
				t.Errorf("%d columns of %d: %q", n, width, line)
			}
		}
	}
}

func FuzzMarkdownText(f *testing.F) {
	for _, s := range []string{"# a\n\n- **b**\n\n  | c |\n  | - |\n  | d |\n", "> 1. <b>\\*&lt;", "[a](b \"c\") ![](<d>)\n***\n```\n\te", "<!-- \n-->\n\x0e**\x0f"} {
		f.Add(s, 80, false)
		f.Add(s, 7, true)
	}
	f.Fuzz(func(t *testing.T, s string, width int, color bool) {
		var b strings.Builder
		if err := MarkdownText(&b, s, Options{Width: width, Color: color}); err != nil {
			t.Fatal(err)
		}
		got := b.String()
		if on, off := strings.Count(got, "\x1b[1m"), strings.Count(got, "\x1b[0m"); on != off || !color && on > 0 {
			t.Errorf("bold is turned on %d times and off %d times", on, off)
		}
		for line := range strings.Lines(got) {
			if strings.LastIndex(line, "\x1b[1m") > strings.LastIndex(line, "\x1b[0m") {
				t.Errorf("bold is left on at the end of %q", line)
			}
		}
		got = strings.NewReplacer("\x1b[1m", "", "\x1b[0m", "").Replace(got)
		if i := strings.IndexFunc(got, func(r rune) bool { return r != '\n' && unicode.IsControl(r) }); i >= 0 {
			t.Errorf("control character in %q", got[i:])
		}
	})
}
