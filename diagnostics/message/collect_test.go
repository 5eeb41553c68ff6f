package message

import (
	"context"
	"fmt"
	"slices"
	"time"

	"cli.otpdoctor/diagnostics/deliverylog"
)

// Collect reads logs as [Read] does and gives all messages with their statuses
// judged. grace is the time in which a receipt may still come; 0: the log's own, see [Grace].
func Collect(ctx context.Context, logs []deliverylog.Log, o Options, grace time.Duration, progress func(Progress)) ([]Message, Result, error) {
	var list []Message
	var latencies []time.Duration
	res, err := Read(ctx, logs, o, progress, func(m *Message) error {
		if len(list) == maxCollected {
			return errTooMany
		}
		list = append(list, *m)
		if d, ok := m.Latency(); ok && d >= 0 {
			latencies = append(latencies, d)
		}
		return nil
	})
	if err != nil {
		return nil, res, err
	}
	if grace == 0 {
		grace = Grace(quantile(latencies, 0.995))
	}
	c := Clock{Newest: res.Newest, Grace: grace}
	for i := range list {
		list[i].Status = c.Judge(list[i].Status, list[i].Waiting, list[i].Submitted)
	}
	return list, res, nil
}

// maxCollected bounds what Collect keeps in memory.
const maxCollected = 20_000_000

var errTooMany = fmt.Errorf("more than %d messages: name fewer logs", maxCollected)

// quantile is the nearest-rank quantile, 0 of nothing.
func quantile(d []time.Duration, q float64) time.Duration {
	if len(d) == 0 {
		return 0
	}
	slices.Sort(d)
	i := int(q*float64(len(d))+0.999999999) - 1
	return d[min(max(i, 0), len(d)-1)]
}
