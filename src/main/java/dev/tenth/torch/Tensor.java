package dev.tenth.torch;

import dev.tenth.torch.Instruction.Named;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * A symbolic tensor: a value in a {@link Method} that is being traced. Immutable; its shape and type are known, so that
 * what does not fit is found at the model's line before anything runs. Operations have libtorch's meaning.
 *
 * <p>A tensor that was read from a variable is a view of it: after the variable was updated it shows the new values.
 */
public final class Tensor {
    final Trace trace;
    final int id;
    private final DType type;
    private final Shape shape;

    Tensor(Trace trace, int id, DType type, Shape shape) {
        this.trace = trace;
        this.id = id;
        this.type = type;
        this.shape = shape;
    }

    public DType type() {
        return type;
    }

    public Shape shape() {
        return shape;
    }

    /** The size of one dimension; −1 is the innermost. */
    public long size(int dimension) {
        return shape.size(dimension);
    }

    /** The method to which it belongs: what a layer needs to read its parameters. */
    public Trace trace() {
        return trace;
    }

    // ---- element-wise arithmetic

    public Tensor plus(Tensor other) {
        return elementwise("add", other);
    }

    public Tensor plus(double value) {
        return call("add", type, shape, this, Scalar.of(value));
    }

    /** With an integer that is added to each element. */
    public Tensor plus(long value) {
        return plus(Scalar.of(value));
    }

    public Tensor plus(Scalar value) {
        return call("add", type, shape, this, value);
    }

    public Tensor minus(Tensor other) {
        return elementwise("sub", other);
    }

    public Tensor minus(double value) {
        return call("sub", type, shape, this, Scalar.of(value));
    }

    /** {@code value − x}. */
    public Tensor subtractedFrom(double value) {
        return call("rsub", type, shape, this, Scalar.of(value));
    }

    public Tensor times(Tensor other) {
        return elementwise("mul", other);
    }

    public Tensor times(double value) {
        return times(Scalar.of(value));
    }

    public Tensor times(Scalar value) {
        return call("mul", type, shape, this, value);
    }

    public Tensor dividedBy(Tensor other) {
        return elementwise("div", other);
    }

    public Tensor dividedBy(double value) {
        return dividedBy(Scalar.of(value));
    }

    public Tensor dividedBy(Scalar value) {
        return call("div", type, shape, this, value);
    }

    public Tensor maximum(Tensor other) {
        return elementwise("maximum", other);
    }

    public Tensor minimum(Tensor other) {
        return elementwise("minimum", other);
    }

    public Tensor negate() {
        return unary("neg");
    }

    public Tensor abs() {
        return unary("abs");
    }

    public Tensor square() {
        return unary("square");
    }

    public Tensor sqrt() {
        return unary("sqrt");
    }

    public Tensor exp() {
        return unary("exp");
    }

    public Tensor log() {
        return unary("log");
    }

    public Tensor sin() {
        return unary("sin");
    }

    public Tensor cos() {
        return unary("cos");
    }

    /** The inverse of the error function: √2 of it at 2p − 1 is the number below which N(0, 1) is with probability p. */
    public Tensor erfinv() {
        return unary("erfinv");
    }

    public Tensor power(double exponent) {
        return call("pow", type, shape, this, Scalar.of(exponent));
    }

    /** Each element moved into {@code [low, high]}. */
    public Tensor clamp(double low, double high) {
        return call("clamp", type, shape, this, Scalar.of(low), Scalar.of(high));
    }

    // ---- activations

    public Tensor tanh() {
        return unary("tanh");
    }

    /** {@code 1 / (1 + e^−x)}. */
    public Tensor sigmoid() {
        return unary("sigmoid");
    }

    /** {@code max(x, 0)}. */
    public Tensor relu() {
        return unary("relu");
    }

    /** {@code x} above 0, {@code slope · x} below. */
    public Tensor leakyRelu(double slope) {
        return call("leaky_relu", type, shape, this, Scalar.of(slope));
    }

    /** {@code log(1 + e^x)}. */
    public Tensor softplus() {
        return unary("softplus");
    }

    public Tensor softmax(int dimension) {
        return call("softmax", type, shape, this, axis(dimension), Instruction.NONE);
    }

    public Tensor logSoftmax(int dimension) {
        return call("log_softmax", type, shape, this, axis(dimension), Instruction.NONE);
    }

    // ---- comparison and choice

    public Tensor greaterThan(double value) {
        return call("gt", DType.BOOL, shape, this, Scalar.of(value));
    }

    public Tensor greaterThan(Tensor other) {
        return call("gt", DType.BOOL, broadcast("greaterThan", other), this, other);
    }

    public Tensor atLeast(Scalar value) {
        return call("ge", DType.BOOL, shape, this, value);
    }

    public Tensor atMost(Tensor other) {
        return call("le", DType.BOOL, broadcast("atMost", other), this, other);
    }

    public Tensor lessThan(double value) {
        return call("lt", DType.BOOL, shape, this, Scalar.of(value));
    }

    public Tensor equalTo(Tensor other) {
        return call("eq", DType.BOOL, broadcast("equalTo", other), this, other);
    }

    /** The elements of {@code yes} where this (of type bool) is true, of {@code no} elsewhere. */
    public Tensor choose(Tensor yes, Tensor no) {
        Shape both = Shape.broadcast("choose", yes.shape, no.shape);
        return call("where", yes.type, Shape.broadcast("choose", shape, both), this, yes, no);
    }

    /** The elements, with {@code value} where {@code mask} is true. */
    public Tensor masked(Tensor mask, double value) {
        return call("masked_fill", type, broadcast("masked", mask), this, mask, Scalar.of(value));
    }

    // ---- reductions

    /** The sum of all elements, a scalar. */
    public Tensor sum() {
        return call("sum", type, Shape.SCALAR, this);
    }

    /** Sums along one dimension, which goes. */
    public Tensor sum(int dimension) {
        return call("sum", type, shape.without(dimension), this, List.of(axis(dimension)));
    }

    /** The mean of all elements, a scalar. */
    public Tensor mean() {
        return call("mean", type, Shape.SCALAR, this);
    }

    /** Means along one dimension, which goes. */
    public Tensor mean(int dimension) {
        return call("mean", type, shape.without(dimension), this, List.of(axis(dimension)));
    }

    /** The largest elements along one dimension, which goes. */
    public Tensor max(int dimension) {
        return call("amax", type, shape.without(dimension), this, List.of(axis(dimension)));
    }

    /** The smallest elements along one dimension, which goes. */
    public Tensor min(int dimension) {
        return call("amin", type, shape.without(dimension), this, List.of(axis(dimension)));
    }

    /** The place of the largest element along one dimension, which goes. */
    public Tensor argmax(int dimension) {
        return call("argmax", DType.INT64, shape.without(dimension), this, axis(dimension));
    }

    /** {@code log Σ e^x} along one dimension, which goes. */
    public Tensor logSumExp(int dimension) {
        return call("logsumexp", type, shape.without(dimension), this, List.of(axis(dimension)));
    }

    /** The Euclidean norm of all elements, a scalar. */
    public Tensor norm() {
        return call("linalg_vector_norm", type, Shape.SCALAR, this);
    }

    /** Running sums along one dimension. */
    public Tensor cumulativeSum(int dimension) {
        return call("cumsum", type, shape, this, axis(dimension));
    }

    // ---- losses

    /** The mean of {@code (x − target)²}. */
    public Tensor meanSquaredError(Tensor target) {
        same("meanSquaredError", target);
        return call("mse_loss", type, Shape.SCALAR, this, target);
    }

    /**
     * The mean of {@code −log softmax(x)[target]} in nats.
     *
     * @param target the class of each row, {@code int64 [N]}; this is {@code [N, C]}
     */
    public Tensor crossEntropy(Tensor target) {
        if (shape.rank() != 2 || target.shape.rank() != 1 || size(0) != target.size(0)) {
            throw new ShapeException(
                    "crossEntropy: scores " + shape + " and targets " + target.shape + " are not [N, C] and [N]");
        }
        target.require("crossEntropy: the targets", DType.INT64);
        return call("cross_entropy_loss", type, Shape.SCALAR, this, target);
    }

    /** The mean of {@code −t·log σ(x) − (1−t)·log(1−σ(x))}: this are logits, {@code target} are probabilities. */
    public Tensor binaryCrossEntropyWithLogits(Tensor target) {
        same("binaryCrossEntropyWithLogits", target);
        return call("binary_cross_entropy_with_logits", type, Shape.SCALAR, this, target);
    }

    // ---- products

    /** The matrix product over the last two dimensions; the ones before are the same or missing in one of the two. */
    public Tensor matmul(Tensor other) {
        if (shape.rank() < 2 || other.shape.rank() < 2 || size(-1) != other.size(-2)) {
            throw new ShapeException("matmul: " + shape + " and " + other.shape + " do not fit: ["
                    + "…, n, k] and […, k, m] are wanted");
        }
        sameType("matmul", other);
        Shape wider = shape.rank() >= other.shape.rank() ? shape : other.shape;
        Shape result = wider.with(-2, size(-2)).with(-1, other.size(-1));
        return trace.lowered(type, in -> call("matmul", in.getFirst().type, result, in.toArray()), this, other);
    }

    /**
     * A symmetric matrix {@code [n, n]} taken apart into V·diag(λ)·Vᵀ.
     *
     * @return λ, smallest first, {@code [n]}, and V with an eigenvector in each column, {@code [n, n]}
     */
    public List<Tensor> symmetricEigen() {
        if (shape.rank() != 2 || size(0) != size(1)) {
            throw new ShapeException("symmetricEigen: " + shape + " is not [n, n]");
        }
        List<Tensor> results = List.of(trace.tensor(type, shape.without(1)), trace.tensor(type, shape));
        trace.add(new Instruction.Call("linalg_eigh", List.of(this), results));
        return results;
    }

    /** The sum of the diagonal of a matrix, a scalar. */
    public Tensor diagonalSum() {
        return call("trace", type, Shape.SCALAR, this);
    }

    /**
     * {@code x·Wᵀ + b}.
     *
     * @param weight {@code [out, in]}; the last dimension of this is {@code in}
     * @param bias {@code [out]}
     */
    public Tensor linear(Tensor weight, Tensor bias) {
        if (weight.shape.rank() != 2 || size(-1) != weight.size(1) || !bias.shape.equals(Shape.of(weight.size(0)))) {
            throw new ShapeException("linear: input " + shape + ", weight " + weight.shape + " and bias " + bias.shape
                    + " are not […, in], [out, in] and [out]");
        }
        sameType("linear", weight);
        Shape result = shape.with(-1, weight.size(0));
        return trace.lowered(
                type, inputs -> call("linear", inputs.getFirst().type, result, inputs.toArray()), this, weight, bias);
    }

    // ---- shape

    public Tensor reshape(long... dimensions) {
        Shape wanted = Shape.of(dimensions);
        if (wanted.elements() != shape.elements()) {
            throw new ShapeException("reshape: %s has %d elements, %s has %d"
                    .formatted(shape, shape.elements(), wanted, wanted.elements()));
        }
        return call("reshape", type, wanted, this, dimensions);
    }

    /** With two dimensions exchanged. */
    public Tensor transpose(int first, int second) {
        return call(
                "transpose",
                type,
                shape.with(first, size(second)).with(second, size(first)),
                this,
                axis(first),
                axis(second));
    }

    /** With the dimensions in another order. */
    public Tensor permute(int... order) {
        long[] dimensions = Arrays.stream(order).mapToLong(this::size).toArray();
        if (Arrays.stream(order).map(shape::index).distinct().count() != shape.rank()) {
            throw new ShapeException(
                    "permute: " + Arrays.toString(order) + " does not name each dimension of " + shape + " once");
        }
        return call(
                "permute",
                type,
                Shape.of(dimensions),
                this,
                Arrays.stream(order).asLongStream().toArray());
    }

    /** A view with elements repeated along dimensions of size 1. */
    public Tensor expand(long... dimensions) {
        Shape wanted = Shape.of(dimensions);
        if (!Shape.broadcast("expand", shape, wanted).equals(wanted)) {
            throw new ShapeException("expand: " + shape + " cannot become " + wanted);
        }
        return call("expand", type, wanted, this, dimensions);
    }

    /** With a new dimension of size 1. */
    public Tensor unsqueeze(int dimension) {
        return call("unsqueeze", type, shape.insert(dimension, 1), this, Scalar.of((long) dimension));
    }

    /** One index of a dimension, which goes. */
    public Tensor select(int dimension, long index) {
        return select(dimension, Scalar.of(index));
    }

    /** One index of a dimension, which goes. */
    public Tensor select(int dimension, Scalar index) {
        return call("select", type, shape.without(dimension), this, axis(dimension), index);
    }

    /** {@code length} indices of a dimension from {@code start}. */
    public Tensor narrow(int dimension, long start, long length) {
        if (start < 0 || length < 0 || start + length > size(dimension)) {
            throw new ShapeException(
                    "narrow: %d … %d is outside dimension %d of %s".formatted(start, start + length, dimension, shape));
        }
        return narrow(dimension, Scalar.of(start), length);
    }

    /** {@code length} indices of a dimension from {@code start}, which is known when the program runs. */
    public Tensor narrow(int dimension, Scalar start, long length) {
        return call("narrow", type, shape.with(dimension, length), this, axis(dimension), start, Scalar.of(length));
    }

    /** The given indices of a dimension: {@code index} is {@code int64 [n]}. */
    public Tensor indexSelect(int dimension, Tensor index) {
        index.require("indexSelect: the index", DType.INT64);
        if (index.shape.rank() != 1) {
            throw new ShapeException("indexSelect: the index " + index.shape + " is not [n]");
        }
        return call("index_select", type, shape.with(dimension, index.size(0)), this, axis(dimension), index);
    }

    /** One element along a dimension for each element of {@code index}, which has the same rank. */
    public Tensor gather(int dimension, Tensor index) {
        index.require("gather: the index", DType.INT64);
        return call("gather", type, index.shape, this, axis(dimension), index);
    }

    /** Rows of this table {@code [n, width]}, one for each element of {@code index}: {@code […, width]}. */
    public Tensor embedding(Tensor index) {
        index.require("embedding: the index", DType.INT64);
        return call("embedding", type, index.shape.insert(index.shape.rank(), size(1)), this, index);
    }

    /** One row for each element: 1 at the element's place, 0 elsewhere; {@code float32 […, classes]}. */
    public Tensor oneHot(long classes) {
        require("oneHot: the input", DType.INT64);
        return call("one_hot", DType.INT64, shape.insert(shape.rank(), classes), this, Scalar.of(classes))
                .cast(DType.FLOAT32);
    }

    /** The largest elements along the last dimension, largest first, and their places. */
    public List<Tensor> sortDescending() {
        List<Tensor> results = List.of(trace.tensor(type, shape), trace.tensor(DType.INT64, shape));
        trace.add(new Instruction.Call("sort", List.of(this, Scalar.of(-1L), true), results));
        return results;
    }

    public static Tensor concatenate(int dimension, List<Tensor> parts) {
        Tensor first = parts.getFirst();
        long size = 0;
        for (Tensor part : parts) {
            if (!part.shape.with(dimension, 0).equals(first.shape.with(dimension, 0))) {
                throw new ShapeException("concatenate: " + first.shape + " and " + part.shape
                        + " differ in more than dimension " + dimension);
            }
            first.sameType("concatenate", part);
            size += part.size(dimension);
        }
        return first.call("cat", first.type, first.shape.with(dimension, size), parts, first.axis(dimension));
    }

    /** Tensors of one shape, along a new dimension. */
    public static Tensor stack(int dimension, List<Tensor> parts) {
        Tensor first = parts.getFirst();
        parts.forEach(part -> first.same("stack", part));
        return first.call(
                "stack", first.type, first.shape.insert(dimension, parts.size()), parts, Scalar.of((long) dimension));
    }

    // ---- type and history

    public Tensor cast(DType wanted) {
        return wanted == type ? this : call("to", wanted, shape, this, wanted);
    }

    /** The same values without their history: no gradient goes through. */
    public Tensor detach() {
        return call("detach", type, shape, this);
    }

    /** The same values as the start of a history: gradients may be taken with respect to it. */
    public Tensor leaf() {
        return trace.leaf(this, Optional.empty());
    }

    /** The value of a scalar tensor as an integer: how often a loop goes round. */
    public Scalar toInteger() {
        if (!shape.equals(Shape.SCALAR)) {
            throw new ShapeException("toInteger: " + shape + " is not a scalar");
        }
        return new Scalar("int(v" + id + ")", true);
    }

    // ---- checks and calls

    void require(String what, DType wanted) {
        if (type != wanted) {
            throw new ShapeException(what + " is " + type + ", not " + wanted);
        }
    }

    void same(String operation, Tensor other) {
        if (!shape.equals(other.shape)) {
            throw new ShapeException(operation + ": " + shape + " and " + other.shape + " differ");
        }
        sameType(operation, other);
    }

    void sameType(String operation, Tensor other) {
        if (type != other.type) {
            throw new ShapeException(operation + ": " + type + " and " + other.type + " differ; cast one of them");
        }
    }

    private Shape broadcast(String operation, Tensor other) {
        return Shape.broadcast(operation, shape, other.shape);
    }

    private Tensor elementwise(String operator, Tensor other) {
        sameType(operator, other);
        return call(operator, type, broadcast(operator, other), this, other);
    }

    private Tensor unary(String operator) {
        return call(operator, type, shape, this);
    }

    private Scalar axis(int dimension) {
        return Scalar.of((long) shape.index(dimension));
    }

    Tensor call(String operator, DType resultType, Shape resultShape, Object... arguments) {
        return trace.call(operator, resultType, resultShape, arguments);
    }

    static Named named(String name, Object value) {
        return new Named(name, value);
    }

    @Override
    public String toString() {
        return type + shape.toString();
    }
}
