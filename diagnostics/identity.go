package diagnostics

import (
	"context"

	"cli.otpdoctor/diagnostics/deliverylog"
)

// ConvertIdentity reads login logs and gives their events in normal form, by time.
func ConvertIdentity(ctx context.Context, o Options, progress func(Progress), emit func(*deliverylog.IdentityEvent) error) ([]deliverylog.Summary, error) {
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	inputs, err := deliverylog.ReadIdentity(ctx, o.Identity, o.deliverylog(), rowProgress(progress), func(e *deliverylog.IdentityEvent) {
		if ctx.Err() == nil {
			if err := emit(e); err != nil {
				stop(err)
			}
		}
	})
	if cause := context.Cause(ctx); cause != nil {
		return inputs, cause
	}
	return inputs, err
}

func rowProgress(f func(Progress)) func(deliverylog.Progress) {
	if f == nil {
		return nil
	}
	return func(p deliverylog.Progress) {
		f(Progress{Name: p.Name, Bytes: p.Bytes, Size: p.Size, Messages: p.Rows, Rejected: p.Rejected})
	}
}
