package tally

import (
	"iter"
	"maps"
	"math/bits"
	"slices"
)

// directory numbers pages by anything, such as the hour since 1970; 0 is no page.
// Those near the first one stand in a list, stray ones (a row of the year 1) in a
// map. The zero value is ready.
type directory struct {
	base int64
	list []uint32
	far  map[int64]uint32
}

// reach is how far the list may stretch: nearly four years of hours.
const reach = 1 << 15

// find gives the page of i.
func (d *directory) find(i int64) uint32 {
	if k := uint64(i - d.base); k < uint64(len(d.list)) && d.list[k] != 0 {
		return d.list[k]
	}
	return d.far[i]
}

// put gives i a page.
func (d *directory) put(i int64, page uint32) {
	if d.stretch(i) {
		d.list[i-d.base] = page
		return
	}
	if d.far == nil {
		d.far = map[int64]uint32{}
	}
	d.far[i] = page
}

// stretch makes the list cover i, if it is not too far off.
func (d *directory) stretch(i int64) bool {
	n := int64(len(d.list))
	switch above, below := i-d.base, d.base-i; {
	case n == 0:
		d.base, d.list = i, make([]uint32, 16)
	case above >= 0 && above < n:
	case above >= n && above < reach:
		d.list = append(d.list, make([]uint32, max(above+1-n, min(n, reach-n)))...)
	case below > 0 && below <= reach-n:
		more := max(below, min(n, reach-n))
		d.list = append(make([]uint32, more), d.list...)
		d.base -= more
	default:
		return false
	}
	return true
}

// all gives the pages in order of their numbers.
func (d *directory) all() iter.Seq2[int64, uint32] {
	return func(yield func(int64, uint32) bool) {
		far := slices.Sorted(maps.Keys(d.far))
		stray := func(until int64) bool {
			for len(far) > 0 && far[0] < until {
				if !yield(far[0], d.far[far[0]]) {
					return false
				}
				far = far[1:]
			}
			return true
		}
		for k, page := range d.list {
			if i := d.base + int64(k); !stray(i) || page != 0 && !yield(i, page) {
				return
			}
		}
		for _, i := range far {
			if !yield(i, d.far[i]) {
				return
			}
		}
	}
}

// book is an array of pages that are found through a directory and made on first
// use. The zero value is ready.
type book[T any] struct {
	directory
	pages uint32
	hold  [][]T // pages in blocks, which never move
}

const (
	blockPages = 16
	fewBlocks  = 5 // the first ones, of 1, 1, 2, 4 and 8 pages: many books have few
)

// seat is where a page lies.
func seat(page uint32) (block, at uint32) {
	i := page - 1
	if i >= blockPages {
		return fewBlocks - 1 + i/blockPages, i % blockPages
	}
	block = uint32(bits.Len32(i))
	return block, i - 1<<block>>1
}

// at gives the page of i.
func (b *book[T]) at(i int64) *T {
	if k := uint64(i - b.base); k < uint64(len(b.list)) && b.list[k] != 0 {
		return b.page(b.list[k])
	}
	page := b.directory.find(i)
	if page == 0 {
		page = b.grow(i)
	}
	return b.page(page)
}

// find gives the page of i, nil where there is none.
func (b *book[T]) find(i int64) *T {
	if page := b.directory.find(i); page != 0 {
		return b.page(page)
	}
	return nil
}

func (b *book[T]) page(page uint32) *T {
	block, at := seat(page)
	return &b.hold[block][at]
}

func (b *book[T]) grow(i int64) uint32 {
	b.pages++
	if block, at := seat(b.pages); at == 0 {
		size := blockPages
		if block < fewBlocks {
			size = max(1, 1<<block>>1)
		}
		b.hold = append(b.hold, make([]T, size))
	}
	b.put(i, b.pages)
	return b.pages
}

// all gives the pages in order of their numbers.
func (b *book[T]) all() iter.Seq2[int64, *T] {
	return func(yield func(int64, *T) bool) {
		for i, page := range b.directory.all() {
			if !yield(i, b.page(page)) {
				return
			}
		}
	}
}
