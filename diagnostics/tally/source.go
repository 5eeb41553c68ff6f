package tally

import (
	"cmp"
	"slices"

	"cli.otpdoctor/diagnostics/deliverylog"
)

// Note says of which log, or part of one, the counter has the messages. It
// changes no figure: whoever adds counts up sees from it what is in them, and
// whether a log is in two of them.
func (c *Counter) Note(log deliverylog.Summary) {
	log.Rejections, log.Newest = nil, deliverylog.NoTime
	log.Warnings = slices.Clone(log.Warnings)
	c.sources = append(c.sources, log)
}

// Sources lists the logs that were noted, by name. Of broken rows it has the
// number alone.
func (c *Counter) Sources() []deliverylog.Summary {
	list := slices.Clone(c.sources)
	slices.SortStableFunc(list, func(x, y deliverylog.Summary) int {
		return cmp.Or(cmp.Compare(x.Name, y.Name), cmp.Compare(x.SHA256, y.SHA256), cmp.Compare(x.Format, y.Format),
			cmp.Compare(x.Rows, y.Rows), cmp.Compare(x.Messages, y.Messages))
	})
	return list
}

// Options are those that the count depends on.
func (c *Counter) Options() Options { return c.o }

// Messages is how many messages were counted.
func (c *Counter) Messages() (n int64) {
	c.settleNames()
	for _, cc := range c.cells {
		if cc != nil {
			n += cc.Messages
		}
	}
	return n
}

// Newest is the newest time in any record that was counted or seen, NoTime where there is none.
func (c *Counter) Newest() deliverylog.Time { return c.newest }

// writeSources ends the file; without a source there is nothing.
func (c *Counter) writeSources(e *encoder) {
	if len(c.sources) == 0 {
		return
	}
	e.length(len(c.sources))
	for _, s := range c.Sources() {
		e.string(s.Name)
		e.string(s.Format)
		for _, n := range sourceCounts(&s) {
			e.count(*n)
		}
		e.string(s.SHA256)
		e.string(s.Truncated)
		e.length(len(s.Warnings))
		for _, w := range s.Warnings {
			e.string(w)
		}
		e.spill()
	}
}

func (c *Counter) readSources(d *decoder) {
	if len(d.b) == 0 {
		return
	}
	for range d.length(10) {
		s := deliverylog.Summary{Name: string(d.bytes()), Format: string(d.bytes()), Newest: deliverylog.NoTime}
		for _, n := range sourceCounts(&s) {
			*n = d.count()
		}
		s.SHA256, s.Truncated = string(d.bytes()), string(d.bytes())
		for range d.length(1) {
			s.Warnings = append(s.Warnings, string(d.bytes()))
		}
		if d.err != nil {
			return
		}
		c.sources = append(c.sources, s)
	}
}

func sourceCounts(s *deliverylog.Summary) [5]*int64 {
	return [...]*int64{&s.Rows, &s.Messages, &s.Skipped, &s.Rejected, &s.Size}
}
