package export

import (
	"bytes"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	netmail "net/mail"
	"net/textproto"
	"strings"
)

// mailAddress reads an address and gives it without its name, "" where it is none.
func mailAddress(s string) string {
	a, err := netmail.ParseAddress(strings.TrimSpace(s))
	if err != nil {
		return ""
	}
	return a.Address
}

// mail writes a message file (RFC 5322) with a plain and an HTML part, for a
// mail program to open as a draft. Addresses are parsed, never pasted together,
// and nothing of what a person wrote reaches a header unencoded.
func mail(w io.Writer, l *letter, o Options) error {
	var b bytes.Buffer
	header := func(name, value string) { fmt.Fprintf(&b, "%s: %s\r\n", name, folded(name, value)) }
	header("Date", l.created.UTC().Format("Mon, 02 Jan 2006 15:04:05 -0700"))
	domain := "otpdoctor.invalid"
	if !o.Redact {
		if a, err := netmail.ParseAddress(o.From); err == nil {
			header("From", a.String())
			if _, host, ok := strings.Cut(a.Address, "@"); ok {
				domain = host
			}
		}
		if a, err := netmail.ParseAddress(o.To); err == nil {
			header("To", a.String())
		}
	}
	header("Subject", mime.QEncoding.Encode("utf-8", summaryLine(l.doc.title, 120)))
	header("Message-ID", "<"+l.id+"@"+domain+">")
	header("MIME-Version", "1.0")
	header("X-Unsent", "1") // Outlook opens it as a draft
	body := multipart.NewWriter(&b)
	if err := body.SetBoundary(l.id + "-alt"); err != nil {
		return err
	}
	header("Content-Type", `multipart/alternative; boundary="`+l.id+`-alt"`)
	b.WriteString("\r\n")
	part := func(kind, text string) error {
		p, err := body.CreatePart(textproto.MIMEHeader{"Content-Type": {kind + "; charset=utf-8"}, "Content-Transfer-Encoding": {"quoted-printable"}})
		if err != nil {
			return err
		}
		q := quotedprintable.NewWriter(p)
		if _, err := io.WriteString(q, strings.ReplaceAll(text, "\n", "\r\n")); err != nil {
			return err
		}
		return q.Close()
	}
	var html strings.Builder
	html.WriteString("<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"></head><body style=\"font-family:sans-serif\">\n")
	htmlBlocks(&html, l.doc, false)
	html.WriteString("</body></html>\n")
	if err := part("text/plain", plain(l.doc, 76)); err != nil {
		return err
	}
	if err := part("text/html", html.String()); err != nil {
		return err
	}
	if err := body.Close(); err != nil {
		return err
	}
	_, err := w.Write(b.Bytes())
	return err
}

// folded breaks a header at blanks so that no line is longer than 78 octets
// where that can be helped. Encoded words stand one a line.
func folded(name, value string) string {
	value = strings.Map(func(r rune) rune {
		if r == '\r' || r == '\n' {
			return -1
		}
		return r
	}, value)
	var b strings.Builder
	used := len(name) + 2
	for i, word := range strings.Split(value, " ") {
		if i > 0 || used+len(word) > 78 {
			if used+1+len(word) > 76 {
				b.WriteString("\r\n")
				used = 0
			}
			b.WriteByte(' ')
			used++
		}
		b.WriteString(word)
		used += len(word)
	}
	return b.String()
}
