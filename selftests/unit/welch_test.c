// SPDX-License-Identifier: GPL-2.0-only
/* Student's t and Welch's test, against published tables and examples. */
#include <math.h>
#include <string.h>

#include "host/harness/welch.h"
#include "kselftest_harness.h"
#include "lib/util.h"

/* To one part of so many. */
static bool near(double a, double b, double parts)
{
	return fabs(a - b) * parts <= 1;
}

/* Critical values of the usual table, both tails, to its three decimals. */
TEST(student_table)
{
	static const struct {
		double df, p10, p05, p01, p001;
	} rows[] = {
		{ 1, 6.314, 12.706, 63.657, 636.619 }, { 2, 2.920, 4.303, 9.925, 31.599 },
		{ 3, 2.353, 3.182, 5.841, 12.924 },    { 4, 2.132, 2.776, 4.604, 8.610 },
		{ 5, 2.015, 2.571, 4.032, 6.869 },     { 8, 1.860, 2.306, 3.355, 5.041 },
		{ 10, 1.812, 2.228, 3.169, 4.587 },    { 20, 1.725, 2.086, 2.845, 3.850 },
		{ 30, 1.697, 2.042, 2.750, 3.646 },    { 60, 1.671, 2.000, 2.660, 3.460 },
		{ 120, 1.658, 1.980, 2.617, 3.373 },   { 100000, 1.645, 1.960, 2.576, 3.291 },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		EXPECT_TRUE(near(student_p(rows[i].p10, rows[i].df), 0.10, 5e3))
		TH_LOG("df %g: %.6f", rows[i].df, student_p(rows[i].p10, rows[i].df));
		EXPECT_TRUE(near(student_p(rows[i].p05, rows[i].df), 0.05, 1e4));
		EXPECT_TRUE(near(student_p(rows[i].p01, rows[i].df), 0.01, 5e4));
		EXPECT_TRUE(near(student_p(rows[i].p001, rows[i].df), 0.001, 5e5));
	}
}

/* With one and two degrees of freedom there are formulas. */
TEST(student_exactly)
{
	double t;

	EXPECT_TRUE(near(student_p(1, 1), 0.5, 1e12));
	for (t = 0.125; t < 1000; t *= 2) {
		double exact = 1 - t / square_root(2 + t * t);

		EXPECT_TRUE(near(student_p(t, 2), exact, 1e12))
		TH_LOG("t %g: %.15f, not %.15f", t, student_p(t, 2), exact);
		EXPECT_EQ(student_p(t, 2), student_p(-t, 2));
	}
}

TEST(student_between_whole_degrees)
{
	double p = student_p(2.5, 4.5);

	EXPECT_LT(p, student_p(2.5, 4));
	EXPECT_GT(p, student_p(2.5, 5));
	EXPECT_TRUE(near(student_p(2.5, 4.999999), student_p(2.5, 5), 1e6));
}

TEST(student_at_the_ends)
{
	EXPECT_EQ(student_p(0, 7), 1);
	EXPECT_EQ(student_p((double)INFINITY, 7), 0);
	EXPECT_EQ(student_p(1e200, 7), 0);
	EXPECT_TRUE(student_p(1e9, 3) >= 0 && student_p(1e9, 3) * 1e20 < 1);
	EXPECT_TRUE(student_p(1 / 1e9, 3) <= 1 && student_p(1 / 1e9, 3) > 0.999999);
	EXPECT_TRUE(isnan(student_p((double)NAN, 3)));
	EXPECT_TRUE(near(student_p(1, 0.001), 1, 1e2));
}

static double p_of(const double *a, size_t na, const double *b, size_t nb)
{
	struct sample_stat sa, sb;
	double va[32], vb[32];

	memcpy(va, a, na * sizeof(*a));
	memcpy(vb, b, nb * sizeof(*b));
	sample_stat(va, na, &sa);
	sample_stat(vb, nb, &sb);
	return welch_p(&sa, &sb);
}

/* The three examples that text books give: even, small and uneven samples. */
TEST(welch_examples)
{
	static const double a1[] = { 27.5, 21.0, 19.0, 23.6, 17.0, 17.9, 16.9, 20.1,
				     21.9, 22.6, 23.1, 19.6, 19.0, 21.7, 21.4 };
	static const double a2[] = { 27.1, 22.0, 20.8, 23.4, 23.4, 23.5, 25.8, 22.0,
				     24.8, 20.2, 21.9, 22.1, 22.9, 20.5, 24.4 };
	static const double b1[] = { 17.2, 20.9, 22.6, 18.1, 21.7, 21.4, 23.5, 24.2, 14.7, 21.8 };
	static const double b2[] = { 21.5, 22.8, 21.0, 23.0, 21.6, 23.6, 22.5, 20.7, 23.4, 21.8,
				     20.7, 21.7, 21.5, 22.5, 23.6, 21.5, 22.5, 23.5, 21.5, 21.8 };
	static const double c1[] = { 19.8, 20.4, 19.6, 17.8, 18.5, 18.9, 18.3, 18.9, 19.5, 22.0 };
	static const double c2[] = { 28.2, 26.6, 20.1, 23.3, 25.2, 22.1, 17.7, 27.6, 20.6, 13.7,
				     23.2, 17.5, 20.6, 18.0, 23.9, 21.6, 24.3, 20.4, 24.0, 13.2 };

	EXPECT_TRUE(near(p_of(a1, 15, a2, 15), 0.021, 2e3))
	TH_LOG("%.5f", p_of(a1, 15, a2, 15));
	EXPECT_TRUE(near(p_of(b1, 10, b2, 20), 0.149, 2e3))
	TH_LOG("%.5f", p_of(b1, 10, b2, 20));
	EXPECT_TRUE(near(p_of(c1, 10, c2, 20), 0.036, 2e3))
	TH_LOG("%.5f", p_of(c1, 10, c2, 20));
	EXPECT_EQ(p_of(a1, 15, a2, 15), p_of(a2, 15, a1, 15));
}

TEST(welch_without_noise)
{
	static const double five[] = { 5, 5, 5 }, six[] = { 6, 6 }, tenth[] = { 0.1, 0.1, 0.1 };

	EXPECT_EQ(p_of(five, 3, six, 2), 0);
	EXPECT_EQ(p_of(five, 3, five, 3), 1);
	EXPECT_EQ(p_of(tenth, 3, tenth, 2), 1);
}

TEST(welch_needs_two_of_each)
{
	static const double v[] = { 5, 6 };

	EXPECT_TRUE(isnan(p_of(v, 1, v, 2)));
	EXPECT_TRUE(isnan(p_of(v, 2, v, 1)));
	EXPECT_FALSE(isnan(p_of(v, 2, v, 2)));
}

TEST(welch_of_tiny_and_huge_numbers)
{
	static const double small[] = { 1 / 1e200, 2 / 1e200 }, large[] = { 1e150, 3e150 };
	double p = p_of(small, 2, large, 2);

	EXPECT_TRUE(p >= 0 && p <= 1);
}

TEST(sums)
{
	double v[] = { 4, 1, 3, 2 };
	struct sample_stat s;

	sample_stat(v, 4, &s);
	EXPECT_EQ(s.n, 4);
	EXPECT_EQ(s.mean, 2.5);
	EXPECT_EQ(s.median, 2.5);
	EXPECT_EQ(s.min, 1);
	EXPECT_EQ(s.max, 4);
	EXPECT_TRUE(near(s.var, 5. / 3, 1e12));
	sample_stat(v, 3, &s);
	EXPECT_EQ(s.median, 2);
	sample_stat(v, 1, &s);
	EXPECT_EQ(s.var, 0);
	EXPECT_EQ(s.median, s.mean);
	sample_stat(NULL, 0, &s);
	EXPECT_EQ(s.n, 0);
}

TEST_HARNESS_MAIN
