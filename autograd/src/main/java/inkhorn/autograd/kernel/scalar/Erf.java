package inkhorn.autograd.kernel.scalar;

/**
 * The error function in double by W. J. Cody's rational approximations (Rational Chebyshev approximations for the error
 * function, Math. Comp. 23, 1969; coefficients of his CALERF): relative error below 1e-13, also of the complement.
 */
final class Erf {
    private static final double SMALL = 0.46875;
    private static final double LARGE = 4;
    private static final double INVERSE_SQRT_PI = 5.6418958354775628695e-1;

    private static final double[] A = {3.16112374387056560e00, 1.13864154151050156e02, 3.77485237685302021e02,
        3.20937758913846947e03, 1.85777706184603153e-1};
    private static final double[] B = {2.36012909523441209e01, 2.44024637934444173e02, 1.28261652607737228e03,
        2.84423683343917062e03};
    private static final double[] C = {5.64188496988670089e-1, 8.88314979438837594e0, 6.61191906371416295e01,
        2.98635138197400131e02, 8.81952221241769090e02, 1.71204761263407058e03, 2.05107837782607147e03,
        1.23033935479799725e03, 2.15311535474403846e-8};
    private static final double[] D = {1.57449261107098347e01, 1.17693950891312499e02, 5.37181101862009858e02,
        1.62138957456669019e03, 3.29079923573345963e03, 4.36261909014324716e03, 3.43936767414372164e03,
        1.23033935480374942e03};
    private static final double[] P = {3.05326634961232344e-1, 3.60344899949804439e-1, 1.25781726111229246e-1,
        1.60837851487422766e-2, 6.58749161529837803e-4, 1.63153871373020978e-2};
    private static final double[] Q = {2.56852019228982242e00, 1.87295284992346725e00, 5.27905102951428412e-1,
        6.05183413124413191e-2, 2.33520497626869185e-3};

    private Erf() {}

    static double erf(double x) {
        double size = Math.abs(x);
        if (size <= SMALL) {
            return x * quotient(x * x, A, B);
        }
        return Math.copySign(1 - tail(size), x);
    }

    /** {@code 1 - erf(x)} without cancellation. */
    static double erfc(double x) {
        if (Math.abs(x) <= SMALL) {
            return 1 - erf(x);
        }
        double tail = tail(Math.abs(x));
        return x < 0 ? 2 - tail : tail;
    }

    /** erfc for x above {@link #SMALL}. */
    private static double tail(double x) {
        double decay = Math.exp(-x * x);
        if (x <= LARGE) {
            return decay * quotient(x, C, D);
        }
        double z = 1 / (x * x);
        return decay == 0 ? 0 : decay * (INVERSE_SQRT_PI - z * quotient(z, P, Q)) / x;
    }

    /** Cody's order of coefficients: the numerator's leading one stands last, the denominator's is 1. */
    private static double quotient(double z, double[] numerator, double[] denominator) {
        int last = denominator.length - 1;
        double above = numerator[last + 1] * z;
        double below = z;
        for (int i = 0; i < last; i++) {
            above = (above + numerator[i]) * z;
            below = (below + denominator[i]) * z;
        }
        return (above + numerator[last]) / (below + denominator[last]);
    }
}
