package diagnostics

import (
	"context"
	"slices"
	"strings"

	"github.com/sirupsen/logrus"

	"cli.otpdoctor/diagnostics/deliverylog"
	"cli.otpdoctor/diagnostics/number"
	"cli.otpdoctor/diagnostics/ticket"
)

// ConvertIdentity reads login logs and gives their events in normal form, by time.
// National numbers become complete ones where o has a region.
func ConvertIdentity(ctx context.Context, o Options, progress func(Progress), emit func(*deliverylog.IdentityEvent) error) ([]deliverylog.Summary, error) {
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	inputs, err := deliverylog.ReadIdentity(ctx, o.Identity, o.deliverylog(), rowProgress(progress), func(e *deliverylog.IdentityEvent) {
		if ctx.Err() == nil {
			e.Phone = withCountry(e.Phone, o.Region)
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

// withCountry makes a national number a complete one, where a region says which
// country's it is.
func withCountry(phone, region string) string {
	if region == "" || phone == "" || phone[0] == '+' || strings.ContainsFunc(phone, func(r rune) bool { return r > '9' }) {
		return phone
	}
	if n := number.Check(phone, region); n.Valid {
		return n.E164
	}
	return phone
}

// ReadLogins reads login logs, several as one, for the answers of a ticket.
func ReadLogins(ctx context.Context, o Options, progress func(Progress)) (*ticket.Identity, []deliverylog.Summary, error) {
	var inputs []deliverylog.Summary
	var err error
	logins := ticket.NewIdentity(func(yield func(*deliverylog.IdentityEvent) bool) {
		inputs, err = ConvertIdentity(ctx, o, progress, func(e *deliverylog.IdentityEvent) error {
			yield(e) // the other side takes all there is
			return nil
		})
	}, o.Region)
	if err != nil {
		return nil, inputs, err
	}
	log := o.logger()
	for _, in := range inputs {
		log.WithFields(logrus.Fields{"format": in.Format, "rows": in.Rows, "events": in.Messages,
			"rejected": in.Rejected, "skipped": in.Skipped}).Info("login log read")
	}
	return logins, inputs, nil
}

// loginReading is what a reading brings beside its report.
type loginReading struct {
	done   bool
	logins *ticket.Identity
	inputs []deliverylog.Summary
}

// SetLogins takes the result of [ReadLogins].
func (c *Case) SetLogins(x *ticket.Identity) {
	c.logins = x
	c.rework()
}

// Logins are what the login logs said, nil before they were read.
func (c *Case) Logins() *ticket.Identity { return c.logins }

// LoginInputs tell what reading the case's own login logs came to, one a log.
func (c *Case) LoginInputs() []deliverylog.Summary { return slices.Clone(c.loginInputs) }

func rowProgress(f func(Progress)) func(deliverylog.Progress) {
	if f == nil {
		return nil
	}
	return func(p deliverylog.Progress) {
		f(Progress{Name: p.Name, Bytes: p.Bytes, Size: p.Size, Messages: p.Rows, Rejected: p.Rejected})
	}
}
