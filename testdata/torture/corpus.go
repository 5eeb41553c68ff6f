// Package torture makes the inputs that strangers send: wrong encodings, bombs,
// torn files, odd times, and text that wants to be a command. Small ones are kept
// beside this file; large ones are made when a test runs. All of it is made up.
package torture

import (
	"archive/zip"
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"fmt"
	"io"
	"strings"
	"unicode/utf16"

	"github.com/klauspost/compress/zstd"
)

// Outcome is what reading an input as a delivery log must come to.
type Outcome int

// The outcomes.
const (
	Read    Outcome = iota // exit 0
	Torn                   // exit 1, with a result of what came before
	Refused                // exit 1, no result, and why
)

// Input is one file of the corpus with what must come of it.
type Input struct {
	Name     string
	Big      bool // made when a test runs
	Make     func(io.Writer) error
	Flags    []string // besides the file's name
	Outcome  Outcome
	Messages int    // that a reading gives, where there is a result
	Rejected int    // rows
	Says     string // part of standard error, or empty
	Memory   int64  // most bytes the program may take; 0: 256 MiB
	Text     bool   // has text that wants to be a command: run through every format
}

// header is that of a CSV of the general kind.
const header = "message_id,to,carrier,country,status,error_code,submitted_at,delivered_at\n"

// row is a good row: a message delivered after five seconds.
func row(i int) string { return carried(i, "O2") }

func carried(i int, carrier string) string {
	return fmt.Sprintf("m-%d,+447700900%03d,%s,GB,delivered,,2026-03-03T%02d:%02d:00Z,2026-03-03T%02d:%02d:05Z\n",
		i, i%1000, carrier, i/60%24, i%60, i/60%24, i%60)
}

func rows(n int) string {
	var b strings.Builder
	for i := range n {
		b.WriteString(row(i))
	}
	return b.String()
}

func object(i int) string {
	return fmt.Sprintf(`{"message_id":"m-%d","to":"+447700900%03d","carrier":"O2","country":"GB","status":"delivered","submitted_at":"2026-03-03T09:%02d:00Z","delivered_at":"2026-03-03T09:%02d:05Z"}`, i, i%1000, i%60, i%60)
}

func text(s string) func(io.Writer) error {
	return func(w io.Writer) error {
		_, err := io.WriteString(w, s)
		return err
	}
}

// repeat writes s so often that n bytes are reached, between head and tail.
func repeat(head, s string, n int64, tail string) func(io.Writer) error {
	return func(w io.Writer) error {
		if _, err := io.WriteString(w, head); err != nil {
			return err
		}
		block := []byte(strings.Repeat(s, max(1, 64<<10/len(s))))
		for ; n > 0; n -= int64(len(block)) {
			if _, err := w.Write(block); err != nil {
				return err
			}
		}
		_, err := io.WriteString(w, tail)
		return err
	}
}

// each writes head and then what line gives for 0 to n-1.
func each(head string, n int, line func(int) string) func(io.Writer) error {
	return func(w io.Writer) error {
		if _, err := io.WriteString(w, head); err != nil {
			return err
		}
		for i := range n {
			if _, err := io.WriteString(w, line(i)); err != nil {
				return err
			}
		}
		return nil
	}
}

func gzipped(make func(io.Writer) error) func(io.Writer) error {
	return func(w io.Writer) error {
		z, _ := gzip.NewWriterLevel(w, gzip.BestCompression)
		if err := make(z); err != nil {
			return err
		}
		return z.Close()
	}
}

func zstded(make func(io.Writer) error) func(io.Writer) error {
	return func(w io.Writer) error {
		z, err := zstd.NewWriter(w, zstd.WithEncoderConcurrency(1), zstd.WithEncoderLevel(zstd.SpeedDefault))
		if err != nil {
			return err
		}
		if err := make(z); err != nil {
			return err
		}
		return z.Close()
	}
}

// zipped packs files: pairs of a name and what makes it.
func zipped(files ...any) func(io.Writer) error {
	return func(w io.Writer) error {
		z := zip.NewWriter(w)
		for i := 0; i < len(files); i += 2 {
			f, err := z.Create(files[i].(string))
			if err != nil {
				return err
			}
			if err := files[i+1].(func(io.Writer) error)(f); err != nil {
				return err
			}
		}
		return z.Close()
	}
}

// part gives the bytes from a share to another of what make gives.
func part(from, to float64, make func(io.Writer) error) func(io.Writer) error {
	return func(w io.Writer) error {
		b := bytesOf(make)
		_, err := w.Write(b[int(from*float64(len(b))):int(to*float64(len(b)))])
		return err
	}
}

// then writes one after the other.
func then(parts ...func(io.Writer) error) func(io.Writer) error {
	return func(w io.Writer) error {
		for _, p := range parts {
			if err := p(w); err != nil {
				return err
			}
		}
		return nil
	}
}

func bytesOf(make func(io.Writer) error) []byte {
	var b bytes.Buffer
	if err := make(&b); err != nil {
		panic(err)
	}
	return b.Bytes()
}

func utf16Text(s string, order binary.AppendByteOrder, mark bool) string {
	if mark {
		s = "\ufeff" + s
	}
	b := []byte{}
	for _, u := range utf16.Encode([]rune(s)) {
		b = order.AppendUint16(b, u)
	}
	return string(b)
}

// workbook is an .xlsx with one sheet of the XML given, and what else it holds.
func workbook(sheet func(io.Writer) error, more ...any) func(io.Writer) error {
	const ns = "http://schemas.openxmlformats.org/"
	return zipped(append([]any{
		"[Content_Types].xml", text(`<?xml version="1.0"?><Types xmlns="` + ns + `package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/><Override PartName="/xl/worksheets/sheet1.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/></Types>`),
		"_rels/.rels", text(`<?xml version="1.0"?><Relationships xmlns="` + ns + `package/2006/relationships"><Relationship Id="rId1" Type="` + ns + `officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>`),
		"xl/workbook.xml", text(`<?xml version="1.0"?><workbook xmlns="` + ns + `spreadsheetml/2006/main" xmlns:r="` + ns + `officeDocument/2006/relationships"><sheets><sheet name="Log" sheetId="1" r:id="rId1"/></sheets></workbook>`),
		"xl/_rels/workbook.xml.rels", text(`<?xml version="1.0"?><Relationships xmlns="` + ns + `package/2006/relationships"><Relationship Id="rId1" Type="` + ns + `officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/></Relationships>`),
		"xl/worksheets/sheet1.xml", sheet,
	}, more...)...)
}

const (
	sheetHead = `<?xml version="1.0"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>`
	sheetTail = `</sheetData></worksheet>`
)

// sheetRow writes cells as texts of their own.
func sheetRow(n int, cells ...string) string {
	var b strings.Builder
	fmt.Fprintf(&b, `<row r="%d">`, n)
	for i, c := range cells {
		fmt.Fprintf(&b, `<c r="%c%d" t="inlineStr"><is><t>%s</t></is></c>`, 'A'+i, n, c)
	}
	b.WriteString(`</row>`)
	return b.String()
}

func sheetOf(rows ...string) func(io.Writer) error {
	return text(sheetHead + strings.Join(rows, "") + sheetTail)
}

var sheetTop = sheetRow(1, strings.Split(strings.TrimSpace(header), ",")...)

func sheetMessage(n int) string {
	return sheetRow(n, strings.Split(strings.TrimSpace(row(n)), ",")...)
}

// commands are carriers' names that some reader of a report would run.
var commands = []string{
	"\x1b[2J\x1b[H\x1b]0;title\x07",                     // clears a screen, sets a title
	"\x1b]52;c;ZXZpbA==\x07",                            // fills the clipboard
	"\x1b]8;;http://example.test\x1b\\link\x1b]8;;\x07", // a link
	"\x9b31mred\x9d0;title\x9c",                         // C1 controls
	"\u009b31mred",
	"\rO2\x08\x08\x08EE\x7f\x00",
	"<script>alert(1)</script><img src=x onerror=alert(1)>",
	"\"><svg/onload=alert(1)>", "</title></style></textarea><b>",
	"javascript:alert(1)", "[link](javascript:alert(1))", "![x](http://example.test/x.png)",
	"=HYPERLINK(\"http://example.test\")", "=cmd|' /C calc'!A0", "+1+cmd|' /C calc'!A0", "-2+3+cmd|' /C calc'!A0", "@SUM(1+1)*cmd|' /C calc'!A0",
	"\t=1+1", " =1+1", "|=1+1", "\uff1d1+1",
	"\u202eevil\u202c", "\u2066x\u2069\u200f\u061c", "a\u200bb\u2060c\ufeffd", "\U000e0041\U000e0042",
	"O2\r\nBcc: someone@example.test\r\n\r\nbody", "=?utf-8?q?=0d=0aBcc:_x@example.test?=",
	"{{constructor.constructor('x')()}}", "${jndi:ldap://example.test/a}", "$(touch otpdoctor-ran)`touch otpdoctor-ran`; touch otpdoctor-ran",
	"%s%s%n%x", "' OR 1=1 --", "../../../etc/passwd", "C:\\con\\con", "-rf", "--help",
	"*bold* _it_ `code` # head | cell | ~~x~~", "h1. title {code} !x.png! [a|http://example.test]", "@channel <!here> #1",
	"\u0130\u0131\u1e9e\ufb03", "Z\u0351\u036b\u0343\u036a\u0302\u036b\u033d\u034fa\u0334l\u0321g\u0308o", "\U0001f469\u200d\U0001f469\u200d\U0001f467", "\u0627\u0644\u062f\u0648\u0644\u064a\u0629",
	"\u2028line\u2029paragraph\u0085next", "\ufffe\uffff\U0010ffff", "'; DROP TABLE x",
}

// quoted writes a cell of CSV.
func quoted(s string) string { return `"` + strings.ReplaceAll(s, `"`, `""`) + `"` }

// commandRows are messages to each of the names, delivered or filtered.
func commandRows() string {
	var b strings.Builder
	b.WriteString(header)
	for i, c := range commands {
		for k := range 3 {
			status, code, done := "delivered", "", "2026-03-03T09:00:09Z"
			if k == 2 {
				status, code, done = "undelivered", quoted(c), ""
			}
			fmt.Fprintf(&b, "%s,+447700900%03d,%s,GB,%s,%s,2026-03-03T09:00:0%dZ,%s\n", quoted(fmt.Sprint(i, k, c)), i, quoted(c), status, code, k, done)
		}
	}
	return b.String()
}
