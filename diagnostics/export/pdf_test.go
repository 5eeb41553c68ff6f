package export

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// pdfText is what an independent program reads out of a PDF.
func pdfText(t *testing.T, data []byte) string {
	t.Helper()
	if _, err := exec.LookPath("pdftotext"); err != nil {
		t.Skip("no pdftotext here")
	}
	path := filepath.Join(t.TempDir(), "x.pdf")
	if err := os.WriteFile(path, data, 0o666); err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command("pdftotext", "-layout", path, "-").Output()
	if err != nil {
		t.Fatal(err)
	}
	return string(out)
}

func TestPDF(t *testing.T) {
	k := madeTicket()
	k.Answers[11].Text = "ソフトバンク, Ελληνικά, Кириллица, 中国移动, 한국, בזק"
	var b bytes.Buffer
	if err := Ticket(&b, "pdf", k, Options{}); err != nil {
		t.Fatal(err)
	}
	if b.Len() > 200<<10 {
		t.Errorf("%d bytes: fonts are not subset", b.Len())
	}
	got := strings.Join(strings.Fields(pdfText(t, b.Bytes())), " ")
	for _, want := range []string{k.Subject, "+44 7700 900187", "ソフトバンク", "Ελληνικά", "Кириллица", "中国移动", "한국", "The 13 answers", "share of attempts without a code", "Tell the user"} {
		if !strings.Contains(got, want) {
			t.Errorf("the PDF lacks %q", want)
		}
	}
}

func TestShaping(t *testing.T) {
	for _, c := range []struct{ name, text, want string }{
		{"joined, right to left", "اتصالات", "\ufe95\ufefb\ufe8e\ufebc\ufe97\ufe8d"},
		{"alone", "ا", "\ufe8d"},
		{"peh is Persian", "پا", "\ufe8e\ufb58"},
		{"Hebrew turns round", "בזק", "קזב"},
		{"a number within", "קזב 12.5 אב, x", "בא 12.5 בזק, x"},
		{"a number at the end", "קזב 12, x", "12 בזק, x"},
		{"brackets face each other", "x קזב (אב)", "x (בא) בזק"},
		{"so do quotes, and a percent sign stays", "קזב «אב», 12% x", "12% ,«בא» בזק x"},
		{"within Latin", "a ب b", "a \ufe8f b"},
	} {
		got := ""
		for _, r := range shaped(c.text, false) {
			got += r.text
		}
		if got != c.want {
			t.Errorf("%s: got %+q, want %+q", c.name, got, c.want)
		}
	}
	if r := shaped("中国 x", true); len(r) != 2 || r[0].font != cjkFont || r[1].font != boldFont {
		t.Errorf("fonts of runs: %+v", r)
	}
}
