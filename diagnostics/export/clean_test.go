package export

import (
	"bytes"
	"strings"
	"testing"

	"cli.otpdoctor/diagnostics/carrier"
)

func TestClean(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"plain", "plain"}, {"O2 – “Ελλάδα” ソフト اتصالات 🙂", "O2 – “Ελλάδα” ソフト اتصالات 🙂"},
		{"\x1b[31mred\x07", "␛[31mred␇"}, {"a\tb\nc\rd\x00\x7f", "a␉b␊c␍d␀␡"}, {"\u009b31m", "[U+009B]31m"},
		{"a\u202egnp.exe", "a[U+202E]gnp.exe"}, {"\u2066x\u2069\u200f\ufeff\u2028", "[U+2066]x[U+2069][U+200F][U+FEFF][U+2028]"},
		{"a\xff\xfeb", "a\ufffd\ufffdb"}, {"joined \u200c and \u200d", "joined \u200c and \u200d"}, {"\U000e0041", "[U+E0041]"},
	} {
		if got := Clean(c.text); got != c.want {
			t.Errorf("Clean(%q) = %q, want %q", c.text, got, c.want)
		}
		if got := Clean(Clean(c.text)); got != c.want {
			t.Errorf("cleaning %q twice gives %q", c.text, got)
		}
	}
	if got := CleanLines("a\r\nb\tc\x1b"); got != "a\nb c␛" {
		t.Errorf("CleanLines: %q", got)
	}
}

func TestCSVCell(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"", ""}, {"plain", "plain"}, {"+447700900187", "+447700900187"}, {"-12.5", "-12.5"}, {"+1e5", "+1e5"}, {"-1.5E-3", "-1.5E-3"},
		{"+44 7700 900187", "'+44 7700 900187"}, {"=1+1", "'=1+1"}, {"@x", "'@x"}, {"-1+2", "'-1+2"}, {"+cmd", "'+cmd"}, {"-", "'-"}, {"\t=1", "'␉=1"}, {"\rx", "'␍x"},
		{"'quoted", "'quoted"}, {"a=b", "a=b"},
	} {
		if got := csvCell(c.text); got != c.want {
			t.Errorf("csvCell(%q) = %q, want %q", c.text, got, c.want)
		}
	}
}

func TestCheckGolden(t *testing.T) {
	var list []carrier.Checked
	for _, s := range []string{"+4407700900187", "07700900142", "+442079460018", "+33 6 39 98 00 01", "+12125550100", "=\x1b[31m\u202e", "+39 02 8846 1234"} {
		list = append(list, carrier.Check(s, "", nil))
	}
	for _, format := range Formats("check") {
		var b bytes.Buffer
		if err := Checks(&b, format, list, Options{}); err != nil {
			t.Fatal(err)
		}
		golden(t, "check-"+format, b.Bytes())
	}
}

func TestTextIsNeverWider(t *testing.T) {
	for _, width := range []int{20, 40, 60, 80, 120} {
		for _, text := range []string{"O2", strings.Repeat("x", 300), "ソフトバンク 株式会社", "a\x1b[2Jb"} {
			k := hostileTicket(text)
			var b bytes.Buffer
			for _, format := range []func() error{
				func() error { return Ticket(&b, "text", k, Options{Width: width}) },
				func() error { return Analysis(&b, "text", k.Report, Options{Width: width}) },
			} {
				if err := format(); err != nil {
					t.Fatal(err)
				}
			}
			for _, line := range strings.Split(b.String(), "\n") {
				if n := cells(line); n > max(width, 46) {
					t.Errorf("width %d: a line of %d columns: %q", width, n, line)
					break
				}
			}
		}
	}
}
