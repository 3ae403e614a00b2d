#include <future>
#include <iostream>
#include <regex>
#include <string>
#include <thread>
#include <vector>

#ifndef TURN
#define TURN 0
#endif
extern const int turn;
const int turn = TURN;

static int words(const std::string &text)
{
	static const std::regex word{"[[:alpha:]]+"};
	int count = 0;
	for (std::sregex_iterator it{text.begin(), text.end(), word}, end; it != end; ++it)
		count++;
	return count;
}

int main()
{
	std::vector<std::future<int>> counts;
	for (std::string line; std::getline(std::cin, line);)
		counts.push_back(std::async(std::launch::async, words, line));
	int total = 0;
	for (auto &count : counts)
		total += count.get();
	std::thread{[total] { std::cout << total << '\n'; }}.join();
	return 0;
}
