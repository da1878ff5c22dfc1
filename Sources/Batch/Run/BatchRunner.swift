import Dispatch
import Imaging
import Reporting
import Synchronization
import SystemPackage

/// Carries out a plan: images flow through reading, computing and writing, several at a time, and never more than fit
/// in the memory that was allowed.
public struct BatchRunner: Sendable {
  private let processor: ImageProcessor
  private let options: BatchOptions
  private let temporaries: Temporaries
  private let journals: [FilePath: Journal]
  private let stop: StopSwitch
  private let monitor: BatchMonitor

  /// Threads that read and write; they mostly wait for the device.
  private static let readers = 2
  private static let writers = 4

  /// - Parameters:
  ///   - temporaries: the run's temporary files.
  ///   - journals: by the directories that the plan names.
  ///   - stop: ends the run early.
  ///   - monitor: is told of every image at once.
  public init(
    processor: ImageProcessor, options: BatchOptions, temporaries: Temporaries = Temporaries(),
    journals: [FilePath: Journal] = [:], stop: StopSwitch = StopSwitch(), monitor: BatchMonitor = BatchMonitor()
  ) {
    self.processor = processor
    self.options = options
    self.temporaries = temporaries
    self.journals = journals
    self.stop = stop
    self.monitor = monitor
  }

  /// Enhances every image of a plan.
  ///
  /// - Parameter report: called once for each image that ended or was skipped, in the order of the plan, never by two
  ///   threads at once. Images that were given up, because the run was stopped, aren't reported.
  /// - Returns: how the images ended, and with them those of all plans before that the same monitor was told of.
  @discardableResult
  public func run(_ plan: OutputPlan, report: @escaping @Sendable (ImageOutcome) -> Void = { _ in }) -> BatchSummary {
    monitor.begin(plan)
    for directory in plan.directoriesWithoutJournal { Temporaries.removeAbandoned(in: directory) }
    let reports = Mutex(InOrder<ImageOutcome>())
    let enhancer = processor.enhancer
    let budget = MemoryBudget(
      limit: options.memory, idle: { enhancer.idleMemory }, freeIdle: { enhancer.releaseMemory() })
    defer { enhancer.releaseMemory() }
    let control = BudgetControl(plan, options: options, enhancer: enhancer)
    let remaining = Atomic(plan.items.count { !$0.isSkipped })
    let writer = OutputWriter(
      file: AtomicFile(temporaries: temporaries), journals: journals, options: options,
      isInPlace: plan.destination == .inPlace,
      generations: plan.destination == .inPlace && options.keepsOriginals
        ? Dictionary(uniqueKeysWithValues: plan.journalDirectories.map { ($0, OutputWriter.generation(in: $0)) })
        : [:])

    @Sendable func tell(_ outcome: ImageOutcome, of item: OutputPlan.Item, at index: Int) {
      note(outcome, of: item)
      reports.withLock { reports in
        reports.add(outcome, at: index)
        while let next = reports.take() { report(next) }
      }
    }
    @Sendable func settle(_ job: ImageJob) {
      defer {
        remaining.subtract(1, ordering: .relaxed)
        budget.release(job.memory)
      }
      let outcome = job.outcome
      if job.attempt.isGivenUp {
        control?.giveUp()
        return
      }
      do {
        try writer.note(outcome, of: job)
      } catch {
        stop(for: error)
      }
      tell(outcome, of: job.item, at: job.index)
    }

    let writing = Stage<ImageJob>("write", workers: Self.writers, capacity: options.jobs) { job in
      var job = job
      write(&job, with: writer)
      settle(job)
    }
    let computing = Stage<ImageJob>("compute", workers: options.jobs, capacity: options.jobs) { job in
      var job = job
      let before = job.memory
      compute(
        &job, threads: options.threads(bytes: before, remaining: remaining.load(ordering: .relaxed)), control: control)
      control?.note(job)
      if job.attempt.error != nil { return settle(job) }
      // What waits to be written is the result alone.
      job.memory = min(before, job.result.count)
      budget.release(before, keeping: job.memory)
      writing.submit(job)
    }
    // With a budget images wait for those before them, so they must be begun in the order of the plan.
    let reading = Stage<ImageJob>("read", workers: control == nil ? Self.readers : 1, capacity: 1) { job in
      var job = job
      read(&job, asPlanned: plan.destination == .inPlace)
      if job.attempt.error != nil {
        control?.note(job)
        settle(job)
      } else {
        computing.submit(job)
      }
    }

    for (index, item) in plan.items.enumerated() {
      if stop.isStopped { break }
      if let skipped = item.skipped {
        tell(skipped, of: item, at: index)
        continue
      }
      let memory = memoryNeeded(for: item)
      budget.acquire(memory)
      reading.submit(ImageJob(item, index: index, memory: memory))
    }
    reading.finish()
    computing.finish()
    writing.finish()
    // What still waits stands behind images that were never begun.
    for outcome in reports.withLock({ $0.takeRest() }) { report(outcome) }
    return monitor.summary
  }
}

extension BatchRunner {
  private func memoryNeeded(for item: OutputPlan.Item) -> Int {
    guard let header = item.source.header else { return item.source.status.size }
    return processor.memoryNeeded(
      for: header, to: item.format, fileSize: item.source.status.size, threads: options.threads)
  }

  /// - Parameter asPlanned: whether only the very file that was planned will do: another may be a result meanwhile.
  private func read(_ job: inout ImageJob, asPlanned: Bool) {
    let memory = job.memory
    let source = job.item.source
    var input: (bytes: [UInt8], status: FileStatus)?
    job.attempt.step { record in
      try checkMayBegin()
      let read = try Stopwatch.measure(&record.milliseconds.read) { try FileContents.readWhole(source.path) }
      record.bytesIn = read.bytes.count
      if read.status.stamp != source.status.stamp {
        if asPlanned { throw SourceError.replaced }
        let header = try ImageDecoder.inspect(read.bytes)
        let needed = processor.memoryNeeded(
          for: header, to: job.item.format, fileSize: read.bytes.count, threads: options.threads)
        guard needed <= memory else { throw SourceError.grown }
      }
      input = read
    }
    job.input = input?.bytes ?? []
    job.inputStatus = input?.status
  }

  private func compute(_ job: inout ImageJob, threads: Int, control: BudgetControl?) {
    let input = job.input
    let index = job.index
    let format = job.item.format
    var result: [UInt8] = []
    job.attempt.step { record in
      try checkMayBegin()
      result = try processor.process(
        input, to: format, deciding: try control?.policy(for: index), threads: threads, record: &record,
        isCancelled: { stop.isAbandoned })
      try checkGoingOn()
    }
    job.isCopy = job.attempt.error == nil && result == input
    job.result = result
    job.input = []
  }

  private func write(_ job: inout ImageJob, with writer: OutputWriter) {
    let finished = job
    var written: OutputWriter.Written?
    job.attempt.step { record in
      try checkGoingOn()
      written = try Stopwatch.measure(&record.milliseconds.write) { try writer.write(finished) }
      record.original = written?.original?.string
    }
    job.outputStamp = written?.stamp
    job.notes = written?.notes ?? []
    if let error = job.attempt.error { stop(for: error) }
  }

  private func checkMayBegin() throws(CancellationFailure) {
    if stop.isStopped { throw CancellationFailure() }
  }

  private func checkGoingOn() throws(CancellationFailure) {
    if stop.isAbandoned { throw CancellationFailure() }
  }

  /// Ends the run if nothing more can be written, or that is not to be written down.
  private func stop(for error: any Error) {
    guard let error = error as? FileError else { return }
    if error.meansFullDisk || journals.values.contains(where: { $0.path == error.path }) {
      stop.stop(.cannotWrite(error))
    }
  }

  private func note(_ outcome: ImageOutcome, of item: OutputPlan.Item) {
    let share = RecordedCost(outcome.record)?.cost(with: processor.enhancer).share
    monitor.add(outcome, pixels: item.isSkipped ? 0 : item.source.pixels, share: share)
    if options.stopsAtFailure && outcome.error != nil { stop.stop(.failure) }
  }
}

extension OutputPlan.Item {
  /// The outcome of doing nothing; nil if there is something to do.
  fileprivate var skipped: ImageOutcome? {
    guard isSkipped else { return nil }
    var record = ImageRecord(path: source.displayName, status: .skipped)
    record.output = output.string
    return ImageOutcome(record: record, error: nil, source: source.path)
  }
}
