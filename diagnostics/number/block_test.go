package number

import (
	"math/rand/v2"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"
	"unsafe"
)

// plainLocation is Location without blocks.
func plainLocation(m MSISDN) *time.Location {
	class := classify(m)
	if !class.Valid {
		return nil
	}
	var buf [16]byte
	z := timeZones().of(m.Digits(&buf))
	if z == nil {
		return nil
	}
	if len(z.names) > 1 {
		if c := countryTable()[class.Country]; c != nil && slices.Contains(z.names, c.zone) && z.location() != nil {
			return c.location()
		}
	}
	return z.location()
}

func checkBlock(t *testing.T, m MSISDN) {
	t.Helper()
	if got, want := Classify(m), classify(m); got != want {
		t.Errorf("Classify(%d) = %+v, the automaton has %+v", uint64(m), got, want)
	}
	if got, want := m.Location(), plainLocation(m); got != want {
		t.Errorf("Location of %d is %v, the table of zones has %v", uint64(m), got, want)
	}
	wantSix, wantDigits := 0, 0
	if s := strconv.FormatUint(uint64(m), 10); len(s) >= headDigits && m < 1e16 {
		wantDigits = len(s)
		wantSix, _ = strconv.Atoi(s[:headDigits])
	}
	if six, digits := m.Head(); six != wantSix || digits != wantDigits {
		t.Errorf("Head of %d is %d of %d", uint64(m), six, digits)
	}
}

// TestBlocksAreTheAutomatons: all heads at some length, and all that is odd about
// known ranges and examples.
func TestBlocksAreTheAutomatons(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for head := uint64(1e5); head < 1e6; head++ {
		m := head
		for n := r.IntN(mostDigits - headDigits + 1); n > 0; n-- {
			m = m*10 + r.Uint64N(10)
		}
		if got, want := Classify(MSISDN(m)), classify(MSISDN(m)); got != want {
			t.Errorf("Classify(%d) = %+v, the automaton has %+v", m, got, want)
		}
		if head%8 == 0 {
			checkBlock(t, MSISDN(m))
		}
	}
	for _, p := range examples() {
		m := uint64(p.GetCountryCode())
		for _, d := range strconv.FormatUint(p.GetNationalNumber(), 10) {
			m = m*10 + uint64(d-'0')
			checkBlock(t, MSISDN(m))
			for d := range uint64(10) {
				checkBlock(t, MSISDN(m*10+d))
				checkBlock(t, MSISDN(m*1000+d))
				checkBlock(t, MSISDN((m*10+d)*1000+r.Uint64N(1000)))
			}
		}
	}
	for _, from := range []uint64{447700900000, 447911100000, 447911200000, 12015550000, 12125550100, 33639980000, 61491570000, 491722000000, 77010000000} {
		for m := from; m < from+10000; m += 7 {
			checkBlock(t, MSISDN(m))
		}
	}
	for _, m := range []uint64{0, 1, 99999, 100000, 999999, 1e6, 1e15 - 1, 1e15, 1e16 - 1, 1e16, 1 << 62, uint64(Odd("no number")), uint64(Odd("+4932221234567890"))} {
		checkBlock(t, MSISDN(m))
	}

	// What a log to all the world can make us keep.
	pages := 0
	for i := range blocks.pages {
		if blocks.pages[i].Load() != nil {
			pages++
		}
	}
	bytes := pages*int(unsafe.Sizeof(page{})) + len(blocks.made)*int(unsafe.Sizeof(block{})+2*unsafe.Sizeof(blockKey{}))
	if heads := len(*blocks.list.Load()); heads > 1<<16 || bytes > 4<<20 {
		t.Errorf("%d pages, %d blocks of heads, %d blocks, %d bytes", pages, heads, len(blocks.made), bytes)
	}
	t.Logf("%d pages, %d blocks of heads, %d blocks, %d bytes", pages, len(*blocks.list.Load()), len(blocks.made), bytes)
}

// TestBlocksUnderReaders: several goroutines meet the same blocks first.
func TestBlocksUnderReaders(t *testing.T) {
	var wg sync.WaitGroup
	for g := range uint64(4) {
		wg.Go(func() {
			r := rand.New(rand.NewPCG(g, 9))
			for range 5000 {
				checkBlock(t, MSISDN(4470000000000+r.Uint64N(1e11)))
				checkBlock(t, MSISDN(12000000000+r.Uint64N(1e8)))
			}
		})
	}
	wg.Wait()
}

func FuzzBlocks(f *testing.F) {
	for _, m := range []uint64{0, 99999, 447700900187, 447911123456, 12015550123, 33639981234, 1e15, 1e16 - 1, 1<<63 | 5} {
		f.Add(m)
	}
	f.Fuzz(func(t *testing.T, m uint64) {
		checkBlock(t, MSISDN(m))
		checkBlock(t, MSISDN(m%1e15))
	})
}

func BenchmarkLocation(b *testing.B) {
	list := []MSISDN{447911123456, 12015650123, 4915123456789, 33612345678, 919876543210}
	b.ReportAllocs()
	i := 0
	for b.Loop() {
		list[i%len(list)].Location()
		i++
	}
}
