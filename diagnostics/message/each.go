package message

import (
	"bufio"
	"context"
	"encoding/binary"
	"errors"
	"io"
	"os"
	"slices"
	"time"

	"cli.otpdoctor/diagnostics/carrier"
	"cli.otpdoctor/diagnostics/deliverylog"
	"cli.otpdoctor/diagnostics/number"
	"cli.otpdoctor/diagnostics/reason"
)

// Each reads logs as [Read] does and gives each message with its status judged,
// in the same order as [Collect], once the logs are read. Memory does not grow
// with the messages: those beyond the first are kept in a temporary file until
// then. The Message is used again after emit returns.
func Each(ctx context.Context, logs []deliverylog.Log, o Options, grace time.Duration, progress func(Progress), emit func(*Message) error) (Result, error) {
	var s spool
	defer s.close()
	var m graceMeter
	res, err := Read(ctx, logs, o, progress, func(msg *Message) error {
		m.add(msg)
		return s.put(msg)
	})
	if err != nil {
		return res, err
	}
	if grace == 0 {
		grace = m.grace()
	}
	c := Clock{Newest: res.Newest, Grace: grace}
	return res, s.each(func(msg *Message) error {
		if err := ctx.Err(); err != nil {
			return err
		}
		msg.Status = c.Judge(msg.Status, msg.Waiting, msg.Submitted)
		return emit(msg)
	})
}

// graceMeter finds the grace of a log. It only has to keep the few latencies
// that are over its least.
type graceMeter struct {
	n    int
	over []time.Duration
}

func (g *graceMeter) add(m *Message) {
	d, ok := m.Latency()
	if !ok || d < 0 {
		return
	}
	g.n++
	if d > MinGrace {
		g.over = append(g.over, min(d, MaxGrace))
	}
}

func (g *graceMeter) grace() time.Duration {
	// The rank of the percentile, rounded up, less the latencies that were not kept.
	at := int(0.995*float64(g.n)+0.999999999) - 1 - (g.n - len(g.over))
	if at < 0 || len(g.over) == 0 {
		return MinGrace
	}
	slices.Sort(g.over)
	return Grace(g.over[min(at, len(g.over)-1)])
}

// spoolMemory is how many messages a spool keeps in memory.
const spoolMemory = 20_000

// spool keeps messages in order, most of them in a temporary file.
type spool struct {
	first []Message
	file  *os.File
	w     *bufio.Writer
	buf   []byte
}

func (s *spool) put(m *Message) error {
	if len(s.first) < spoolMemory {
		s.first = append(s.first, *m)
		return nil
	}
	if s.file == nil {
		f, err := deliverylog.TempFile()
		if err != nil {
			return err
		}
		s.file, s.w = f, bufio.NewWriterSize(f, 1<<18)
	}
	b := s.buf[:0]
	for _, text := range [...]string{m.ID, m.Country, m.Carrier, string(m.CarrierSource), m.Sender, m.Provider, m.Format, m.Code} {
		b = append(binary.AppendUvarint(b, uint64(len(text))), text...)
	}
	b = binary.AppendUvarint(b, uint64(m.To))
	for _, t := range [...]deliverylog.Time{m.Submitted, m.Done, m.Verified} {
		b = binary.AppendVarint(b, int64(t))
	}
	b = binary.AppendVarint(b, int64(m.File))
	b = binary.AppendVarint(b, m.Line)
	waiting := byte(0)
	if m.Waiting {
		waiting = 1
	}
	s.buf = append(b, byte(m.Status), byte(m.Reason), waiting)
	_, err := s.w.Write(s.buf)
	return err
}

// each gives the messages back.
func (s *spool) each(emit func(*Message) error) error {
	for i := range s.first {
		if err := emit(&s.first[i]); err != nil {
			return err
		}
	}
	if s.file == nil {
		return nil
	}
	s.first = nil
	if err := s.w.Flush(); err != nil {
		return err
	}
	if _, err := s.file.Seek(0, io.SeekStart); err != nil {
		return err
	}
	r := spoolReader{r: bufio.NewReaderSize(s.file, 1<<18), words: make(map[string]string)}
	for {
		m, err := r.message()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if err := emit(m); err != nil {
			return err
		}
	}
}

func (s *spool) close() {
	if s.file != nil {
		s.file.Close()
	}
}

// spoolReader reads what put wrote. Its first error stays.
type spoolReader struct {
	r     *bufio.Reader
	words map[string]string
	buf   []byte
	m     Message
	err   error
}

func (r *spoolReader) message() (*Message, error) {
	if _, err := r.r.Peek(1); err != nil {
		return nil, err
	}
	m := &r.m
	*m = Message{ID: string(r.bytes())}
	m.Country, m.Carrier, m.CarrierSource = r.word(), r.word(), carrier.Source(r.word())
	m.Sender, m.Provider, m.Format, m.Code = r.word(), r.word(), r.word(), r.word()
	m.To = number.MSISDN(r.uvarint())
	m.Submitted, m.Done, m.Verified = deliverylog.Time(r.varint()), deliverylog.Time(r.varint()), deliverylog.Time(r.varint())
	m.File, m.Line = int(r.varint()), r.varint()
	m.Status, m.Reason, m.Waiting = Status(r.byte()), reason.Reason(r.byte()), r.byte() == 1
	if r.err != nil {
		return nil, io.ErrUnexpectedEOF
	}
	return m, nil
}

func (r *spoolReader) keep(err error) {
	if r.err == nil {
		r.err = err
	}
}

func (r *spoolReader) uvarint() uint64 {
	v, err := binary.ReadUvarint(r.r)
	r.keep(err)
	return v
}

func (r *spoolReader) varint() int64 {
	v, err := binary.ReadVarint(r.r)
	r.keep(err)
	return v
}

func (r *spoolReader) byte() byte {
	b, err := r.r.ReadByte()
	r.keep(err)
	return b
}

// bytes gives the next text, to be copied.
func (r *spoolReader) bytes() []byte {
	n := r.uvarint()
	if r.err != nil || n > 1<<20 {
		r.keep(io.ErrUnexpectedEOF)
		return nil
	}
	r.buf = slices.Grow(r.buf[:0], int(n))[:n]
	_, err := io.ReadFull(r.r, r.buf)
	r.keep(err)
	return r.buf
}

// word gives the next text, the same string for the same text.
func (r *spoolReader) word() string {
	b := r.bytes()
	if w, ok := r.words[string(b)]; ok {
		return w
	}
	w := string(b)
	if len(r.words) < maxWords {
		r.words[w] = w
	}
	return w
}
