package inkhorn.cli.machine;

import java.util.List;

/** Machines to examine. */
public final class Machines {

    /** One on which there is nothing to change. */
    public static final MachineFacts GOOD = new MachineFacts(
            new MachineFacts.Jvm("17.0.15", "Debian", "OpenJDK 64-Bit Server VM", "/opt/jdk-17", true,
            List.of("Copy", "MarkSweepCompact")),
            new MachineFacts.Host("Linux 6.1, amd64", new Processor("A Fast One", "", 8, true), 8, 0.25),
            new MachineFacts.KernelFacts("vector, 512-bit; the module is there", false, 512, 8),
            new MachineFacts.Peak(116.96, 900.04, 7.7, 40.06, 30.0),
            new MachineFacts.Memory(12_288, 16_384L),
            new MachineFacts.HugePages("madvise", true),
            new MachineFacts.Start(true, List.of("--add-modules=jdk.incubator.vector", "-XX:+UseSerialGC")));

    private Machines() {
    }

    public static MachineFacts with(MachineFacts.Jvm java) {
        return new MachineFacts(java, GOOD.system(), GOOD.kernels(), GOOD.peak(), GOOD.memory(), GOOD.hugePages(),
                GOOD.start());
    }

    public static MachineFacts with(MachineFacts.Host system) {
        return new MachineFacts(GOOD.java(), system, GOOD.kernels(), GOOD.peak(), GOOD.memory(), GOOD.hugePages(),
                GOOD.start());
    }

    public static MachineFacts with(MachineFacts.KernelFacts kernels, MachineFacts.Peak peak) {
        return new MachineFacts(GOOD.java(), GOOD.system(), kernels, peak, GOOD.memory(), GOOD.hugePages(),
                GOOD.start());
    }

    public static MachineFacts with(MachineFacts.Memory memory) {
        return new MachineFacts(GOOD.java(), GOOD.system(), GOOD.kernels(), GOOD.peak(), memory, GOOD.hugePages(),
                GOOD.start());
    }

    public static MachineFacts with(MachineFacts.HugePages hugePages, MachineFacts.Start start) {
        return new MachineFacts(GOOD.java(), GOOD.system(), GOOD.kernels(), GOOD.peak(), GOOD.memory(),
                hugePages, start);
    }
}
