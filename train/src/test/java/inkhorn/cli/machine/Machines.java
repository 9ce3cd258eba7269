package inkhorn.cli.machine;

import java.util.List;

/** Machines to examine. */
public final class Machines {

    /** One on which there is nothing to change. */
    public static final Machine GOOD = new Machine(
            new Machine.Jvm("17.0.15", "Debian", "OpenJDK 64-Bit Server VM", "/opt/jdk-17", true, List.of("Copy", "MarkSweepCompact")),
            new Machine.Host("Linux 6.1, amd64", new Processor("A Fast One", "", 8, true), 8, 0.25),
            new Machine.Arithmetic("vector, 512-bit; the module is there", false, 512, 8),
            new Machine.Peak(116.96, 900.04, 7.7, 40.06, 30.0),
            new Machine.Memory(12_288, 16_384L),
            new Machine.HugePages("madvise", true),
            new Machine.Start(true, List.of("--add-modules=jdk.incubator.vector", "-XX:+UseSerialGC")));

    private Machines() {
    }

    public static Machine with(Machine.Jvm java) {
        return new Machine(java, GOOD.system(), GOOD.kernels(), GOOD.peak(), GOOD.memory(), GOOD.hugePages(), GOOD.start());
    }

    public static Machine with(Machine.Host system) {
        return new Machine(GOOD.java(), system, GOOD.kernels(), GOOD.peak(), GOOD.memory(), GOOD.hugePages(), GOOD.start());
    }

    public static Machine with(Machine.Arithmetic kernels, Machine.Peak peak) {
        return new Machine(GOOD.java(), GOOD.system(), kernels, peak, GOOD.memory(), GOOD.hugePages(), GOOD.start());
    }

    public static Machine with(Machine.Memory memory) {
        return new Machine(GOOD.java(), GOOD.system(), GOOD.kernels(), GOOD.peak(), memory, GOOD.hugePages(), GOOD.start());
    }

    public static Machine with(Machine.HugePages hugePages, Machine.Start start) {
        return new Machine(GOOD.java(), GOOD.system(), GOOD.kernels(), GOOD.peak(), GOOD.memory(), hugePages, start);
    }
}
