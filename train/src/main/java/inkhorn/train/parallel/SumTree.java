package inkhorn.train.parallel;

import java.util.ArrayList;
import java.util.List;

/**
 * The binary tree by which the gradients of a step's micro-batches are added. On each level, beginning at the leaves,
 * neighbours are added in pairs: the first and the second node, the third and the fourth, and so on. A node without a
 * neighbour moves up unchanged. The tree depends only on the number of micro-batches, so the sums have the same bits
 * for any distribution of its parts over the processes.
 */
final class SumTree {
    private final int leaves;

    /** A node, whose leaves are those from {@code index·2^level} up to the next node's. */
    record Node(int level, int index) {}

    /** @param leaves the micro-batches of a step, at least 1 */
    SumTree(int leaves) {
        this.leaves = leaves;
    }

    /** How many numbers of processes share the micro-batches evenly: the divisors of their number. */
    static List<Integer> sharers(int leaves) {
        List<Integer> divisors = new ArrayList<>();
        for (int i = 1; i <= leaves; i++) {
            if (leaves % i == 0) {
                divisors.add(i);
            }
        }
        return divisors;
    }

    /** What a process is left with that adds all it can of the leaves from {@code first} to {@code end}. */
    List<Node> nodes(int first, int end) {
        Stack stack = new Stack();
        for (int leaf = first; leaf < end; leaf++) {
            stack.push(new Node(0, leaf));
        }
        return List.copyOf(stack.nodes);
    }

    /** An empty stack. */
    Stack stack() {
        return new Stack();
    }

    /** Sums that wait for their neighbours, from left to right. */
    final class Stack {
        private final List<Node> nodes = new ArrayList<>();

        /**
         * Puts the next node to the right of all others.
         *
         * @return how many nodes before it are added to it, one after the other from the last one on, and thereby leave
         *     the stack
         */
        int push(Node node) {
            int additions = 0;
            int level = node.level;
            int index = node.index;
            while (1 << level < leaves) {
                if (index % 2 == 1 && !nodes.isEmpty() && last().equals(new Node(level, index - 1))) {
                    nodes.remove(nodes.size() - 1);
                    additions++;
                } else if (index % 2 == 1 || (long) (index + 1) << level < leaves) {
                    break;
                }
                level++;
                index /= 2;
            }
            nodes.add(new Node(level, index));
            return additions;
        }

        int size() {
            return nodes.size();
        }

        private Node last() {
            return nodes.get(nodes.size() - 1);
        }
    }
}
