package export

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"strings"
	"testing"
)

// FuzzRedactFile: whatever report comes, what is known to be personal is gone
// from it, nothing in it acts on a terminal, and JSON stays JSON.
func FuzzRedactFile(f *testing.F) {
	for _, s := range []string{
		"text +447700900187", `{"number":"+447700900187","a":["\u001b[2J"]}`, "to,status,x\n+447700900187,sent,=1+1\n", "<!doctype html><p>+447700900187<style>a{}</style>",
		"# md\n<b>+44 7700 900187</b>\n", "\x1b]0;x\x07", "{\"a\":1}\n{\"b\":\"2\"}",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		var out bytes.Buffer
		if _, err := RedactFile(&out, []byte(text), Known{Numbers: []string{"+447700900187"}, Names: []string{"Jane Roe"}}, Options{}); err != nil {
			if out.Len() > 0 {
				t.Fatalf("an error and %d bytes", out.Len())
			}
			return
		}
		got := out.String()
		for _, r := range got {
			if hostile(r) && r != '\n' && r != '\r' && r != '\t' {
				t.Fatalf("%q: %U in %q", text, r, got)
			}
		}
		if json.Valid([]byte(text)) && strings.HasPrefix(strings.TrimSpace(text), "{") && !json.Valid(out.Bytes()) {
			t.Fatalf("%q became %q", text, got)
		}
	})
}

// FuzzVerifyPack: whatever zip comes, it is a pack, a pack with problems, or none.
func FuzzVerifyPack(f *testing.F) {
	pack := func(files ...string) []byte {
		var b bytes.Buffer
		z := zip.NewWriter(&b)
		for i := 0; i < len(files); i += 2 {
			w, err := z.Create(files[i])
			if err != nil {
				f.Fatal(err)
			}
			w.Write([]byte(files[i+1]))
		}
		z.Close()
		return b.Bytes()
	}
	f.Add(pack())
	f.Add(pack("manifest.json", `{"schema":"`+packSchema+`","files":[{"name":"a","sha256":"","size":1},{"name":"../b"}]}`, "a", "x"))
	f.Add(pack("manifest.json", "{", "manifest.json", "{}"))
	f.Fuzz(func(t *testing.T, data []byte) {
		check, err := VerifyPack(bytes.NewReader(data), int64(len(data)))
		if err != nil {
			return
		}
		for _, p := range check.Problems {
			if Clean(p) != p {
				t.Fatalf("problem %q", p)
			}
		}
	})
}
