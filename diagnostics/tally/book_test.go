package tally

import "testing"

// Every page of a book has a place of its own, and keeps it when the book grows.
func TestBookPages(t *testing.T) {
	var b book[[3]int64]
	pages := map[int64]*[3]int64{}
	for i := int64(100); i > 0; i-- {
		p := b.at(i * 7)
		p[1] = i
		pages[i*7] = p
	}
	n := 0
	for i, p := range b.all() {
		if n++; p != pages[i] || p[1]*7 != i {
			t.Errorf("page %d holds %v", i, p)
		}
	}
	size := 0
	for _, block := range b.hold {
		size += len(block)
	}
	if n != 100 || size != 16*7 {
		t.Errorf("%d pages in room for %d, want 100 in 112", n, size)
	}
}
