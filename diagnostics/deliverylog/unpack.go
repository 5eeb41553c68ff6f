package deliverylog

import (
	"archive/zip"
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"math"
	"os"
	"path"
	"strings"
	"sync/atomic"

	"github.com/klauspost/compress/flate"
	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
)

// Bounds of unpacking.
const (
	maxLayers   = 2         // a packed file inside a packed file, and no more
	bombStart   = 256 << 20 // unpacked size from which on the ratio counts
	zstdMemory  = 128 << 20 // window of a zstd frame; the tool's own default limit
	sniffLength = 1 << 10   // enough for every magic number
	maxSpool    = 4 << 30   // largest archive or workbook that comes through a pipe
)

// raw reads the bytes of an input as they lie on disk, counts them, and hashes
// them where the sum is wanted.
type raw struct {
	r    io.Reader
	n    atomic.Int64 // progress asks for it while another goroutine reads
	hash hash.Hash    // nil: not wanted
	end  bool
}

func newRaw(src io.Reader, o *Options) *raw {
	r := &raw{r: src}
	if o.Sum {
		r.hash = sha256.New()
	}
	return r
}

func (r *raw) Read(p []byte) (int, error) {
	n, err := r.r.Read(p)
	r.n.Add(int64(n))
	if r.hash != nil {
		r.hash.Write(p[:n])
	}
	r.end = r.end || err == io.EOF
	return n, err
}

func (r *raw) sum() string {
	if !r.end || r.hash == nil {
		return ""
	}
	return hex.EncodeToString(r.hash.Sum(nil))
}

// unpacked is an input without its packing, still in its own encoding, or a table.
type unpacked struct {
	text   io.Reader
	table  bool // text is CSV that was made from a workbook or a Parquet file
	packed bool // text comes through a packing
	excel  bool // … in which bare numbers may be dates
	raw    *raw
	close  []func()
	cut    string // set when the packing ends early
	out    int64
	o      *Options
}

// errArchive says that a packed input cannot be read.
type errArchive struct{ reason, hint string }

func (e errArchive) Error() string { return e.reason }

// unpack finds out by content how src is packed and takes that away. name is the
// file as the user gave it, for hints.
func unpack(name string, src io.Reader, size int64, o *Options) (u *unpacked, err error) {
	u = &unpacked{raw: newRaw(src, o), o: o}
	defer func() {
		if err != nil {
			u.done()
		}
	}()
	b := bufio.NewReaderSize(u.raw, 64<<10)
	for layer := 0; ; layer++ {
		head, err := b.Peek(sniffLength)
		if err != nil && err != io.EOF && len(head) == 0 {
			return u, err
		}
		var next io.Reader
		switch {
		case bytes.HasPrefix(head, []byte("\x1f\x8b")):
			z, err := gzip.NewReader(b)
			if err != nil {
				return u, errArchive{reason: "is a gzip file whose header is damaged"}
			}
			next = &packing{u: u, r: z, what: "gzip"}
		case bytes.HasPrefix(head, []byte("\x28\xb5\x2f\xfd")) || len(head) > 4 && head[0]&0xf0 == 0x50 && bytes.Equal(head[1:4], []byte("\x2a\x4d\x18")):
			z, err := zstd.NewReader(b, zstd.WithDecoderMaxMemory(zstdMemory), zstd.WithDecoderMaxWindow(zstdMemory), zstd.WithDecoderConcurrency(1))
			if err != nil {
				return u, errArchive{reason: "is a zstd file whose header is damaged"}
			}
			u.close = append(u.close, z.Close)
			next = &packing{u: u, r: z, what: "zstd"}
		case bytes.HasPrefix(head, []byte("PK\x03\x04")) || bytes.HasPrefix(head, []byte("PK\x05\x06")):
			if layer >= maxLayers {
				return u, errNested
			}
			at, n, err := u.random(src, b, size, layer)
			if err != nil {
				return u, err
			}
			z, err := zip.NewReader(at, n)
			if err != nil {
				return u, errArchive{reason: "is a zip archive that is damaged or cut off"}
			}
			z.RegisterDecompressor(zip.Deflate, func(r io.Reader) io.ReadCloser { return flate.NewReader(r) })
			if isWorkbook(z) {
				if err := u.roomFor(z, n); err != nil {
					return u, err
				}
				u.text, u.table, u.excel = workbook(u, at, n), true, true
				return u, nil
			}
			f, err := onlyFile(z)
			if err != nil {
				return u, err
			}
			r, err := f.Open()
			if err != nil {
				return u, errArchive{reason: "is a zip archive that is damaged, or packed in a way that is not read"}
			}
			u.close = append(u.close, func() { r.Close() })
			next = &packing{u: u, r: r, what: "zip"}
		case bytes.HasPrefix(head, []byte("PAR1")):
			at, n, err := u.random(src, b, size, layer)
			if err != nil {
				return u, err
			}
			u.text, err = parquetTable(u, at, n)
			u.table = true
			return u, err
		case bytes.HasPrefix(head, []byte("H4sI")):
			next = &packing{u: u, r: &base64Lines{r: b}, what: "base64"}
		case len(head) > 262 && string(head[257:262]) == "ustar":
			return u, errArchive{"is a tar archive", "take the log out of it first" + by("tar -xf", name)}
		case bytes.HasPrefix(head, []byte("BZh")):
			return u, errArchive{"is packed with bzip2", "unpack it first" + by("bunzip2 -k", name)}
		case bytes.HasPrefix(head, []byte("\xfd7zXZ\x00")):
			return u, errArchive{"is packed with xz", "unpack it first" + by("unxz -k", name)}
		case bytes.HasPrefix(head, []byte("7z\xbc\xaf")), bytes.HasPrefix(head, []byte("Rar!")):
			return u, errArchive{"is an archive of a kind that is not read", "take the log out of it first"}
		case bytes.HasPrefix(head, []byte("\xd0\xcf\x11\xe0")):
			return u, errArchive{"is an old Excel workbook (.xls) or is locked with a password", "save it as .xlsx or CSV, without a password"}
		case bytes.HasPrefix(head, []byte("%PDF")):
			return u, errArchive{"is a PDF, not a log", "export the log as CSV or JSON"}
		default:
			u.text = decode(b)
			return u, nil
		}
		if layer >= maxLayers {
			return u, errNested
		}
		u.packed = true
		b = bufio.NewReaderSize(next, 64<<10)
	}
}

// by is the command that does it with a file, nothing where there is none.
func by(command, file string) string {
	if file == "-" || file == "" {
		return ""
	}
	return ": " + command + " " + shellWord(file)
}

var errNested = errArchive{"is packed more than twice", "unpack it first"}

func (u *unpacked) done() {
	for i := len(u.close) - 1; i >= 0; i-- {
		u.close[i]()
	}
	u.close = nil
}

// random gives random access to what b still has: to the input itself where it
// is a file and not packed otherwise, else to a temporary copy.
func (u *unpacked) random(src io.Reader, b *bufio.Reader, size int64, layer int) (io.ReaderAt, int64, error) {
	if at, ok := src.(io.ReaderAt); ok && layer == 0 && size > 0 {
		// The sum over the whole file is still wanted.
		if f, ok := src.(io.Seeker); ok {
			if _, err := f.Seek(0, io.SeekStart); err == nil {
				u.raw = newRaw(src, u.o)
				if _, err := io.Copy(io.Discard, u.raw); err != nil {
					return nil, 0, err
				}
				return at, u.raw.n.Load(), nil
			}
		}
	}
	tmp, err := TempFile()
	if err != nil {
		return nil, 0, fmt.Errorf("a temporary file is needed to read this archive: %w", err)
	}
	u.close = append(u.close, func() { tmp.Close() })
	n, err := io.Copy(tmp, io.LimitReader(b, maxSpool+1))
	if err != nil {
		return nil, 0, err
	}
	if n > maxSpool {
		return nil, 0, errArchive{reason: "is an archive of more than 4 GiB inside a stream"}
	}
	return tmp, n, nil
}

// over says by which limit so many bytes are too many of a packed input of size
// bytes; empty where they are not.
func (u *unpacked) over(unpacked, size int64) string {
	start := int64(bombStart)
	if u.o.MaxRatio > 0 { // asked for: it counts for small files as well
		start = 1 << 20
	}
	switch most, ratio := u.o.maxUnpacked(), u.o.maxRatio(); {
	case unpacked > most:
		return fmt.Sprintf("unpacks to more than %s (--max-unpacked)", byteSize(most))
	case unpacked > start && unpacked/ratio > size:
		return fmt.Sprintf("unpacks to more than %d times its size (--max-ratio)", ratio)
	}
	return ""
}

// roomFor refuses a workbook by the sizes that its archive states. One that
// states less than it holds is found damaged when it is read.
func (u *unpacked) roomFor(z *zip.Reader, size int64) error {
	total := uint64(0)
	for _, f := range z.File {
		total += min(f.UncompressedSize64, math.MaxInt64-total)
	}
	over := u.over(int64(total), size)
	if over == "" && total > maxWorkbook {
		over = fmt.Sprintf("is a workbook that unpacks to more than %s", byteSize(maxWorkbook))
	}
	if over != "" {
		return errArchive{over, "save it as CSV"}
	}
	return nil
}

// onlyFile gives the one file of a zip archive. What file managers add is not counted.
func onlyFile(z *zip.Reader) (*zip.File, error) {
	var found *zip.File
	n := 0
	for _, f := range z.File {
		base := path.Base(f.Name)
		if strings.HasSuffix(f.Name, "/") || strings.HasPrefix(f.Name, "__MACOSX/") || base == ".DS_Store" || base == "Thumbs.db" || base == "desktop.ini" {
			continue
		}
		found = f
		n++
	}
	switch {
	case n == 0:
		return nil, errArchive{reason: "is a zip archive with no file in it"}
	case n > 1:
		return nil, errArchive{fmt.Sprintf("is a zip archive with %d files in it", n), "unpack it, and name the logs: several files are one log"}
	case found.Flags&1 != 0:
		return nil, errArchive{"is a zip archive that is locked with a password", "unpack it first"}
	}
	return found, nil
}

// packing reads through one layer of packing. Where that ends early, the text
// ends there, and why is kept.
type packing struct {
	u    *unpacked
	r    io.Reader
	what string
}

func (p *packing) Read(b []byte) (int, error) {
	n, err := p.r.Read(b)
	p.u.out += int64(n)
	if over := p.u.over(p.u.out, p.u.raw.n.Load()); over != "" {
		p.u.cut = over + ": reading stopped there"
		return n, io.EOF
	}
	if err == nil || err == io.EOF {
		return n, err
	}
	var damaged *os.PathError
	if errors.As(err, &damaged) {
		return n, err // the disk, not the packing
	}
	if errors.Is(err, io.ErrUnexpectedEOF) {
		p.u.cut = "the " + p.what + " stream is cut off: what came before was read"
	} else {
		p.u.cut = "the " + p.what + " stream is damaged: what came before was read"
	}
	return n, io.EOF
}

// base64Lines decodes gzip in base64, one text a line, as a CloudWatch Logs
// subscription delivers it.
type base64Lines struct {
	r   *bufio.Reader
	now io.Reader
}

// maxBase64Line bounds one delivery; Lambda's and Kinesis's own limits are 6 and 1 MB.
const maxBase64Line = 16 << 20

func (b *base64Lines) Read(p []byte) (int, error) {
	for {
		if b.now != nil {
			n, err := b.now.Read(p)
			if err == nil || n > 0 {
				return n, nil
			}
			b.now = nil
			if err != io.EOF {
				return 0, io.ErrUnexpectedEOF
			}
			p[0] = '\n'
			return 1, nil
		}
		line, err := b.r.ReadSlice('\n')
		text := append([]byte(nil), line...)
		for errors.Is(err, bufio.ErrBufferFull) && len(text) < maxBase64Line {
			line, err = b.r.ReadSlice('\n')
			text = append(text, line...)
		}
		text = bytes.TrimSpace(text)
		if len(text) == 0 {
			if err != nil {
				return 0, io.EOF
			}
			continue
		}
		z, zerr := gzip.NewReader(base64.NewDecoder(base64.StdEncoding, bytes.NewReader(text)))
		if zerr != nil {
			if err != nil {
				return 0, io.EOF
			}
			continue
		}
		b.now = z
	}
}
