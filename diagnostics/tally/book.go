package tally

import (
	"iter"
	"maps"
	"slices"
)

// book is an array of pages by a number that may be anything, such as the hour
// since 1970; pages are made on first use. Those near the first one are found
// through a directory, stray ones (a row of the year 1) through a map. The zero
// value is ready.
type book[T any] struct {
	base  int64
	dir   []int32 // number of the page, from 1
	far   map[int64]int32
	pages int
	hold  [][]T // pages in blocks, which never move
}

const blockPages = 16

// reach is how far the directory may stretch: nearly four years of hours.
const reach = 1 << 15

// at gives the page of i.
func (b *book[T]) at(i int64) *T {
	if k := uint64(i - b.base); k < uint64(len(b.dir)) && b.dir[k] != 0 {
		return b.page(b.dir[k])
	}
	return b.slow(i)
}

// find gives the page of i, nil where there is none.
func (b *book[T]) find(i int64) *T {
	p := b.far[i]
	if k := uint64(i - b.base); k < uint64(len(b.dir)) && b.dir[k] != 0 {
		p = b.dir[k]
	}
	if p == 0 {
		return nil
	}
	return b.page(p)
}

func (b *book[T]) page(p int32) *T { return &b.hold[(p-1)/blockPages][(p-1)%blockPages] }

func (b *book[T]) slow(i int64) *T {
	if p, ok := b.far[i]; ok {
		return b.page(p)
	}
	if b.pages%blockPages == 0 {
		b.hold = append(b.hold, make([]T, blockPages))
	}
	b.pages++
	p := int32(b.pages)
	if b.stretch(i) {
		b.dir[i-b.base] = p
	} else {
		if b.far == nil {
			b.far = map[int64]int32{}
		}
		b.far[i] = p
	}
	return b.page(p)
}

// stretch makes the directory cover i, if it is not too far off.
func (b *book[T]) stretch(i int64) bool {
	n := int64(len(b.dir))
	switch above, below := i-b.base, b.base-i; {
	case n == 0:
		b.base, b.dir = i, make([]int32, 16)
	case above >= 0 && above < n:
	case above >= n && above < reach:
		b.dir = append(b.dir, make([]int32, max(above+1-n, min(n, reach-n)))...)
	case below > 0 && below <= reach-n:
		more := max(below, min(n, reach-n))
		b.dir = append(make([]int32, more), b.dir...)
		b.base -= more
	default:
		return false
	}
	return true
}

// all gives the pages in order of their numbers.
func (b *book[T]) all() iter.Seq2[int64, *T] {
	return func(yield func(int64, *T) bool) {
		far := slices.Sorted(maps.Keys(b.far))
		stray := func(until int64) bool {
			for len(far) > 0 && far[0] < until {
				if !yield(far[0], b.page(b.far[far[0]])) {
					return false
				}
				far = far[1:]
			}
			return true
		}
		for k, p := range b.dir {
			if i := b.base + int64(k); !stray(i) || p != 0 && !yield(i, b.page(p)) {
				return
			}
		}
		for _, i := range far {
			if !yield(i, b.page(b.far[i])) {
				return
			}
		}
	}
}
