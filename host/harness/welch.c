// SPDX-License-Identifier: GPL-2.0-only
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "lib/util.h"
#include "welch.h"

/* Programs are not linked with libm: roots are all there is (lib/util.h). */
#define PI 3.14159265358979323846

static int by_value(const void *x, const void *y)
{
	double a = *(const double *)x, b = *(const double *)y;

	return (a > b) - (a < b);
}

void sample_stat(double *v, size_t n, struct sample_stat *s)
{
	double sum = 0, squares = 0;
	size_t i;

	memset(s, 0, sizeof(*s));
	if (!n)
		return;
	qsort(v, n, sizeof(*v), by_value);
	for (i = 0; i < n; i++)
		sum += v[i];
	s->n = n;
	s->mean = sum / n;
	s->median = n % 2 ? v[n / 2] : (v[n / 2 - 1] + v[n / 2]) / 2;
	s->min = v[0];
	s->max = v[n - 1];
	/* a mean of equal numbers may not be exactly that */
	if (s->min == s->max)
		s->mean = s->min;
	for (i = 0; i < n; i++)
		squares += (v[i] - s->mean) * (v[i] - s->mean);
	s->var = n > 1 ? squares / (n - 1) : 0;
}

/* pow(3) for 0 <= x <= 1 and y > 0: bit by bit. */
static double power(double x, double y)
{
	unsigned long whole = (unsigned long)y;
	double part = y - whole, result = 1, f = x;
	int i;

	for (; whole; whole >>= 1, f *= f)
		if (whole & 1)
			result *= f;
	for (i = 0, f = x; i < 53 && part; i++) {
		f = square_root(f);
		part *= 2;
		if (part >= 1) {
			result *= f;
			part -= 1;
		}
	}
	return result;
}

/* Gamma(a + 1/2) / Gamma(a), by its series for large a. */
static double gamma_ratio(double a)
{
	double below = 1, u;

	for (; a < 40; a++)
		below *= a / (a + 0.5);
	u = 1 / a;
	u = 1 + u * (-1. / 8 +
		     u * (1. / 128 + u * (5. / 1024 + u * (-21. / 32768 + u * (-399. / 262144)))));
	return below * square_root(a) * u;
}

/* The continued fraction of the incomplete beta function, by Lentz's method. */
static double beta_fraction(double a, double b, double x)
{
	const double tiny = 1 / 1e300, exact = 1 / 1e15;
	double c = 1, d, h, term;
	int m;

	d = 1 - (a + b) * x / (a + 1);
	d = 1 / (fabs(d) < tiny ? tiny : d);
	h = d;
	for (m = 1; m < 10000; m++) {
		term = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m));
		d = 1 + term * d;
		c = 1 + term / c;
		d = 1 / (fabs(d) < tiny ? tiny : d);
		c = fabs(c) < tiny ? tiny : c;
		h *= d * c;
		term = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1));
		d = 1 + term * d;
		c = 1 + term / c;
		d = 1 / (fabs(d) < tiny ? tiny : d);
		c = fabs(c) < tiny ? tiny : c;
		h *= d * c;
		if (fabs(d * c - 1) < exact)
			break;
	}
	return h;
}

/* The regularized incomplete beta function I_x(a, 1/2); @y is 1 - @x. */
static double beta_half(double a, double x, double y)
{
	double front = power(x, a) * square_root(y) * gamma_ratio(a) / square_root(PI);

	if (x < (a + 1) / (a + 2.5))
		return front * beta_fraction(a, 0.5, x) / a;
	return 1 - front * beta_fraction(0.5, a, y) / 0.5;
}

double student_p(double t, double df)
{
	double square = t * t, p;

	if (!isfinite(square))
		return isnan(t) ? (double)NAN : 0;
	p = beta_half(df / 2, df / (df + square), square / (df + square));
	return p < 0 ? 0 : min(p, 1.0);
}

double welch_p(const struct sample_stat *a, const struct sample_stat *b)
{
	double va, vb, sum, df;

	if (a->n < 2 || b->n < 2)
		return (double)NAN;
	va = a->var / a->n;
	vb = b->var / b->n;
	sum = va + vb;
	if (!(sum > 0))
		return a->mean == b->mean;
	/* shares, as squares of small variances may vanish */
	va /= sum;
	vb /= sum;
	df = 1 / (va * va / (a->n - 1) + vb * vb / (b->n - 1));
	return student_p((a->mean - b->mean) / square_root(sum), df);
}
