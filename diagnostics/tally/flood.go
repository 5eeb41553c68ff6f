package tally

import "cli.otpdoctor/diagnostics/number"

// A log may have more numbers than there is memory for. Then none is kept:
// a part of them would give users and attempts that nobody can make sense of.
// All that is counted by message goes on, local hours too.

// untimedBytes is what a number takes whose messages have no time.
const untimedBytes = 200

// checkSize counts memory in and sees whether it is too much.
func (c *Counter) checkSize(more int) {
	if size := c.people.size.Add(int64(more)); c.o.MaxMemory > 0 && size > c.o.MaxMemory {
		c.flood()
	}
}

// flood begins to leave numbers out.
func (c *Counter) flood() {
	if c.people.flooded.Swap(true) {
		return
	}
	c.people.mu.Lock()
	c.people.untimed = map[number.MSISDN]*untimed{}
	c.people.mu.Unlock()
	if c.o.Flooded != nil {
		c.o.Flooded()
	}
}

// Flooded says that numbers are left out so far, see [Options].MaxMemory.
func (c *Counter) Flooded() bool { return c.people.flooded.Load() }

// pass lets go of a shard's numbers, and counts what waits without them.
func (c *Counter) pass(s *shard) {
	if len(s.pages)+s.waiting.n == 0 {
		return
	}
	list, notes, err := c.sorter.list(&s.waiting, &c.people.spill)
	if err != nil {
		c.people.fail(err)
	}
	for i := range list {
		c.passEvent(&list[i], notes)
	}
	s.pages, s.waiting, s.used, s.bytes = nil, waiting{}, 0, 0
	c.people.pages.drop()
	c.people.blocks.drop()
}

// passEvent counts a message for which its number would have been looked up.
func (c *Counter) passEvent(e *event, notes []byte) {
	var it item
	e.item(notes, &it)
	cc := c.cell(it.cell)
	cc.unslot(it.first)
	c.countHour(cc, c.places.of(e.key(notes)), it.first, it.kind)
}
