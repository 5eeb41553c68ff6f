package diagnostics

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"path/filepath"
	"slices"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"

	"cli.otpdoctor/diagnostics/deliverylog"
	"cli.otpdoctor/diagnostics/tally"
)

// savedFormat is the format of an input that is no log but the count of one, as
// [Options].Save keeps it.
const savedFormat = "otpdoctor-tally"

// savedCount is a saved count among the inputs.
type savedCount struct {
	summary deliverylog.Summary
	sources []deliverylog.Summary // what it was counted from
}

// addSaved adds those inputs that are saved counts to the counter. It gives
// them, by place, and the inputs that are logs.
//
// A count that comes through a pipe is read where the pipe is standard input:
// looking into other ones before their turn might wait for a writer who waits for us.
func addSaved(ctx context.Context, o Options, counter *tally.Counter) (saved map[int]savedCount, logs []deliverylog.Log, err error) {
	saved = map[int]savedCount{}
	for i, log := range o.Logs {
		if err := ctx.Err(); err != nil {
			return nil, nil, err
		}
		if log.Size == 0 && log.Name != "-" {
			logs = append(logs, refuseSaved(log, "is a saved count, which is not read through a pipe of a name", "keep it in a file, or pass it as standard input: -"))
			continue
		}
		src, err := log.Open()
		if err != nil { // it is said when its turn has come
			logs = append(logs, log)
			continue
		}
		is, src := sniff(src)
		switch {
		case is:
			saved[i], err = addOne(ctx, o, counter, log.Name, src)
			src.Close()
			if err != nil {
				return nil, nil, err
			}
			continue
		case log.Name == "-":
			log.Open = func() (io.ReadCloser, error) { return src, nil }
		default:
			src.Close()
		}
		logs = append(logs, log)
	}
	return saved, logs, nil
}

// addOne reads one saved count.
func addOne(ctx context.Context, o Options, counter *tally.Counter, name string, src io.Reader) (savedCount, error) {
	fail := func(hint, format string, args ...any) (savedCount, error) {
		return savedCount{}, &deliverylog.InputError{File: name, Reason: fmt.Sprintf(format, args...), Hint: hint}
	}
	switch {
	case !o.Since.IsZero() || !o.Until.IsZero():
		return fail("count the log itself so, and save that", "is a saved count, which cannot be cut to --since and --until")
	case len(o.Watch) > 0:
		return fail("name the log itself", "is a saved count, which holds no single messages: it cannot tell of one number")
	}
	hash := sha256.New()
	on := &counted{r: io.TeeReader(src, hash)}
	body, err := readCount(on)
	if err != nil {
		return savedCount{}, &deliverylog.InputError{File: name, Reason: "cannot be read", Err: err}
	}
	if err := ctx.Err(); err != nil {
		return savedCount{}, err
	}
	var c tally.Counter
	if err := c.UnmarshalBinary(body); err != nil {
		return fail("save it anew", "%s", err)
	}
	switch theirs, ours := c.Options(), counter.Options(); {
	case theirs.Validity != ours.Validity:
		return fail("--validity "+theirs.Validity.String(), "is a count with codes valid for %s, not %s", theirs.Validity, ours.Validity)
	case theirs.By != ours.By:
		return fail("--by "+theirs.By, "is a count by %s, not by %s", theirs.By, ours.By)
	}
	sources := c.Sources()
	sum := deliverylog.Summary{Name: shownName(name), Format: savedFormat, Rows: c.Messages(), Messages: c.Messages(),
		Warnings: sourceWarnings(sources), SHA256: hex.EncodeToString(hash.Sum(nil)), Size: on.n, Newest: c.Newest()}
	if len(sources) > 0 {
		sum.Rows, sum.Messages = 0, 0
	}
	for _, s := range sources {
		sum.Rows += s.Rows
		sum.Messages += s.Messages
		sum.Skipped += s.Skipped
		sum.Rejected += s.Rejected
	}
	return savedCount{sum, sources}, counter.Merge(&c)
}

// sourceWarnings say once what several logs of a count cannot say.
func sourceWarnings(sources []deliverylog.Summary) (warnings []string) {
	var texts []string
	logs := map[string][]string{}
	note := func(text, log string) {
		if logs[text] == nil {
			texts = append(texts, text)
		}
		if !slices.Contains(logs[text], log) {
			logs[text] = append(logs[text], log)
		}
	}
	for _, s := range sources {
		if s.Truncated != "" {
			note("cut off: "+s.Truncated, s.Name)
		}
		for _, w := range s.Warnings {
			note(w, s.Name)
		}
	}
	for _, text := range texts {
		who := logs[text][0]
		if n := len(logs[text]); n > 1 {
			who = fmt.Sprintf("%s and %d more", who, n-1)
		}
		warnings = append(warnings, who+": "+text)
	}
	return warnings
}

// allInputs puts the summaries of saved counts and of logs in the order in which they were named.
func allInputs(n int, saved map[int]savedCount, logs []deliverylog.Summary) []deliverylog.Summary {
	inputs := make([]deliverylog.Summary, 0, n)
	for i := range n {
		if s, ok := saved[i]; ok {
			inputs = append(inputs, s.summary)
		} else {
			inputs, logs = append(inputs, logs[0]), logs[1:]
		}
	}
	warnTwice(inputs, saved)
	return inputs
}

// partial says whether reading stopped early, now or when a count was saved.
func partial(inputs []deliverylog.Summary, saved map[int]savedCount) bool {
	cut := func(in deliverylog.Summary) bool { return in.Truncated != "" }
	for _, s := range saved {
		if slices.ContainsFunc(s.sources, cut) {
			return true
		}
	}
	return slices.ContainsFunc(inputs, cut)
}

// warnTwice tells of logs that are in a saved count and among the inputs once
// more: single messages are not known any longer, so repeats cannot be left out.
func warnTwice(inputs []deliverylog.Summary, saved map[int]savedCount) {
	first := map[string]int{} // by hash, the input that has it
	for i := range inputs {
		in := &inputs[i]
		count, isSaved := saved[i]
		parts := count.sources
		if !isSaved {
			parts = []deliverylog.Summary{*in}
		}
		for _, p := range parts {
			if p.SHA256 == "" || p.Messages == 0 {
				continue
			}
			f, seen := first[p.SHA256]
			if !seen {
				first[p.SHA256] = i
				continue
			}
			if _, other := saved[f]; !isSaved && !other {
				continue // rows of one log are told apart
			}
			in.Warnings = append(in.Warnings, fmt.Sprintf("%s is in %s too: its messages are counted twice", p.Name, inputs[f].Name))
		}
	}
}

// refuseSaved has opening a log fail where it is a saved count.
func refuseSaved(log deliverylog.Log, reason, hint string) deliverylog.Log {
	open := log.Open
	log.Open = func() (io.ReadCloser, error) {
		src, err := open()
		if err != nil {
			return nil, err
		}
		saved, src := sniff(src)
		if saved {
			src.Close()
			return nil, &deliverylog.InputError{File: log.Name, Reason: reason, Hint: hint}
		}
		return src, nil
	}
	return log
}

// sniff says whether an input is a saved count, packed or not, and gives it back
// as if nobody had looked.
func sniff(src io.ReadCloser) (saved bool, again io.ReadCloser) {
	if at, ok := src.(io.ReaderAt); ok {
		var b [1]byte
		if _, err := at.ReadAt(b[:], 0); err == nil {
			return beginsSaved(io.NewSectionReader(at, 0, 1<<62)), src
		}
	}
	var seen bytes.Buffer
	saved = beginsSaved(io.TeeReader(src, &seen))
	return saved, struct {
		io.Reader
		io.Closer
	}{io.MultiReader(&seen, src), src}
}

// beginsSaved looks at the first bytes, within one layer of packing. No more is
// read than that takes: the rest may be long in coming.
func beginsSaved(r io.Reader) bool {
	text, done, err := unpacked(r)
	if err != nil {
		return false
	}
	defer done()
	head := make([]byte, 64)
	n, _ := io.ReadFull(text, head)
	return tally.IsTally(head[:n])
}

// unpacked takes one layer of gzip or zstd away, where there is one.
func unpacked(r io.Reader) (text io.Reader, done func(), err error) {
	head := make([]byte, 4)
	n, _ := io.ReadFull(r, head)
	text, done = io.MultiReader(bytes.NewReader(head[:n]), r), func() {}
	switch {
	case bytes.HasPrefix(head, []byte("\x1f\x8b")):
		text, err = gzip.NewReader(text)
	case string(head) == "\x28\xb5\x2f\xfd":
		var z *zstd.Decoder
		if z, err = zstd.NewReader(text, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxMemory(zstdMemory), zstd.WithDecoderMaxWindow(zstdMemory)); err == nil {
			text, done = z, z.Close
		}
	}
	return text, done, err
}

const (
	zstdMemory = 128 << 20 // the tool's own default limit
	bombStart  = 256 << 20 // unpacked size from which on the ratio counts
	bombRatio  = 100       // a count holds ids, of which no packer makes so little
)

// readCount reads a saved count to its end.
func readCount(from *counted) ([]byte, error) {
	text, done, err := unpacked(from)
	if err != nil {
		return nil, err
	}
	defer done()
	var body bytes.Buffer
	for {
		switch _, err := io.CopyN(&body, text, 1<<20); {
		case err == io.EOF:
			_, err := io.Copy(io.Discard, from)
			return body.Bytes(), err
		case err != nil:
			return nil, err
		case body.Len() > bombStart && int64(body.Len()) > bombRatio*from.n:
			return nil, fmt.Errorf("it unpacks to more than %d times its size", bombRatio)
		}
	}
}

// counted counts what is read.
type counted struct {
	r io.Reader
	n int64
}

func (c *counted) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.n += int64(n)
	return n, err
}

// shownName is how an input is called in summaries.
func shownName(name string) string {
	if name == "-" {
		return "standard input"
	}
	return filepath.Base(name)
}
