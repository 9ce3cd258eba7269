package inkhorn.autograd.ops;

import static inkhorn.autograd.kernel.KernelProvider.kernels;

import inkhorn.autograd.GradSlot;
import inkhorn.autograd.Op;
import inkhorn.autograd.Shape;
import inkhorn.autograd.Tensor;
import inkhorn.autograd.kernel.Epilogue;
import java.util.Arrays;

/**
 * {@code y = op(a) · op(b)}, op being a transpose of the last two axes where asked for;
 * {@code d op(a) = dy · op(b)ᵀ, d op(b) = op(a)ᵀ · dy}, summed where an operand was repeated.
 * Shapes: op(a) (…, m, k), op(b) (…, k, n), y (…, m, n), the leading axes broadcast as in NumPy. With b of rank 2 and a
 * not transposed, the leading axes of a are rows of a single product.
 */
public final class MatMul extends Op {
    private final Tensor a;
    private final Tensor b;
    private final Plan plan;

    private MatMul(Tensor a, Tensor b, Plan plan) {
        super(a, b);
        this.a = a;
        this.b = b;
        this.plan = plan;
    }

    public static Tensor apply(Tensor a, Tensor b) {
        return apply(a, b, false, false);
    }

    public static Tensor apply(Tensor a, Tensor b, boolean transA, boolean transB) {
        Plan plan = Plan.of(a.shape(), b.shape(), transA, transB);
        Tensor y = result(plan.result, a, b);
        for (int i = 0; i < plan.batch; i++) {
            kernels().gemm(transA, transB, plan.m, plan.n, plan.k, a.data(), plan.aAt(i), b.data(), plan.bAt(i),
                    y.data(), i * plan.m * plan.n, false, Epilogue.NONE);
        }
        return new MatMul(a, b, plan).record(y);
    }

    @Override
    protected void backward(float[] grad) {
        if (a.needsGrad()) {
            backwardA(grad);
        }
        if (b.needsGrad()) {
            backwardB(grad);
        }
    }

    private void backwardA(float[] grad) {
        GradSlot slot = a.gradSlot();
        boolean add = openForSum(slot, a, plan.m * plan.k);
        for (int i = 0; i < plan.batch; i++) {
            int at = i * plan.m * plan.n;
            if (plan.transA) {
                kernels().gemm(plan.transB, true, plan.k, plan.m, plan.n, b.data(), plan.bAt(i), grad, at,
                        slot.array(), plan.aAt(i), add, Epilogue.NONE);     // (k, m)
            } else {
                kernels().gemm(false, !plan.transB, plan.m, plan.k, plan.n, grad, at, b.data(), plan.bAt(i),
                        slot.array(), plan.aAt(i), add, Epilogue.NONE);     // (m, k)
            }
        }
    }

    private void backwardB(float[] grad) {
        GradSlot slot = b.gradSlot();
        boolean add = openForSum(slot, b, plan.k * plan.n);
        for (int i = 0; i < plan.batch; i++) {
            int at = i * plan.m * plan.n;
            if (plan.transB) {
                kernels().gemm(true, plan.transA, plan.n, plan.k, plan.m, grad, at, a.data(), plan.aAt(i),
                        slot.array(), plan.bAt(i), add, Epilogue.NONE);     // (n, k)
            } else {
                kernels().gemm(!plan.transA, false, plan.k, plan.n, plan.m, a.data(), plan.aAt(i), grad, at,
                        slot.array(), plan.bAt(i), add, Epilogue.NONE);     // (k, n)
            }
        }
    }

    /** Whether the products are to be added: an operand that is in several products, or in none, starts from zeros. */
    private boolean openForSum(GradSlot slot, Tensor operand, int matrix) {
        boolean onceEach = operand.size() == plan.batch * matrix;
        if (!slot.add() && !onceEach) {
            kernels().fill(slot.array(), 0, operand.size());
        }
        return slot.add() || !onceEach;
    }

    /** Sizes of each product and where its operands lie. */
    private static final class Plan {
        private final boolean transA;
        private final boolean transB;
        private int m;
        private int n;
        private int k;
        private int batch;
        private Shape result;
        /** Leading sizes of the result, and the strides of the operands along them in matrices. */
        private Shape lead;
        private int[] aStrides;
        private int[] bStrides;

        private Plan(boolean transA, boolean transB) {
            this.transA = transA;
            this.transB = transB;
        }

        static Plan of(Shape a, Shape b, boolean transA, boolean transB) {
            if (a.rank() < 2 || b.rank() < 2) {
                throw new IllegalArgumentException("matmul: rank 2 or more is needed, " + a + " x " + b);
            }
            Plan plan = new Plan(transA, transB);
            plan.m = a.dim(transA ? -1 : -2);
            plan.k = a.dim(transA ? -2 : -1);
            plan.n = b.dim(transB ? -2 : -1);
            if (plan.k != b.dim(transB ? -1 : -2)) {
                throw new IllegalArgumentException("matmul: inner dimensions differ, " + a + " x " + b
                        + flags(transA, transB));
            }
            plan.lead(leading(a), leading(b));
            if (b.rank() == 2 && !transA) {
                plan.flatten();
            }
            return plan;
        }

        private static String flags(boolean transA, boolean transB) {
            return transA && transB ? " with both transposed"
                    : transA ? " with the first transposed" : transB ? " with the second transposed" : "";
        }

        private static Shape leading(Shape shape) {
            return shape.without(-1).without(-1);
        }

        private void lead(Shape aLead, Shape bLead) {
            lead = aLead.broadcast(bLead, "matmul");
            aStrides = aLead.stridesIn(lead);
            bStrides = bLead.stridesIn(lead);
            batch = lead.size();
            int[] dims = Arrays.copyOf(lead.dims(), lead.rank() + 2);
            dims[lead.rank()] = m;
            dims[lead.rank() + 1] = n;
            result = Shape.of(dims);
        }

        private void flatten() {
            m *= batch;
            batch = 1;
        }

        int aAt(int product) {
            return at(product, aStrides) * m * k;
        }

        int bAt(int product) {
            return at(product, bStrides) * k * n;
        }

        private int at(int product, int[] strides) {
            int at = 0;
            int rest = product;
            for (int axis = strides.length - 1; axis >= 0; axis--) {
                at += rest % lead.dim(axis) * strides[axis];
                rest /= lead.dim(axis);
            }
            return at;
        }
    }
}
