"""Three workers that run at the same time and are joined."""
import multiprocessing
import time


def work(number):
    time.sleep(0.2)
    print("worker", number, flush=True)


if __name__ == "__main__":
    context = multiprocessing.get_context("fork")
    workers = [context.Process(target=work, args=(n,)) for n in range(3)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    print("done", flush=True)
